"""Quantisation by TensorFlow's converter."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.lite.python.convert import mlir_quantize
from tensorflow.lite.python.optimize.calibrator import (
    Calibrator,
    add_intermediate_tensors,
)

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.export.graphs import (
    Body,
    convert,
    new_converter,
    quiet_converter,
    refusals,
)
from handypose_tf.litert.flatbuffer import restore_depthwise_weights
from handypose_tf.litert.precision import PRECISIONS, QUANTIZED


def convert_body(body: Body, precision: str) -> bytes:
    """Convert a network from a picture to heatmaps without looking at any picture.

    Args:
        body: See `handypose_tf.export.graphs.model_body`.
        precision: One of `PRECISIONS` that needs no calibration.

    Raises:
        ModelError: If the converter refuses the model.
    """
    converter = new_converter(body.function)
    weights = PRECISIONS[precision].weights
    if weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    content = convert(converter, body.name)
    return restore_depthwise_weights(content) if precision in QUANTIZED else content


def quantize(
    content: bytes,
    precision: str,
    calibration: Calibration,
    kept_names: Iterable[str] = (),
) -> bytes:
    """Quantise a float32 network whose input and outputs stay float32.

    Args:
        content: The network.
        precision: One of `CALIBRATED`.
        calibration: Crops to calibrate on.
        kept_names: Names of the results of layers that stay float, for `"int8"`.

    Raises:
        ModelError: If the quantiser refuses the network.
    """
    with refusals(calibration.source), quiet_converter():
        if PRECISIONS[precision].activation_bits == 8:
            return _to_8_bits(content, calibration, kept_names)
        calibrator = Calibrator(add_intermediate_tensors(content))
        return bytes(
            calibrator.calibrate_and_quantize(
                lambda: _samples(calibration),
                tf.float32,
                tf.float32,
                allow_float=False,
                activations_type=tf.int16,
                bias_type=tf.int64,
            )
        )


def run_debugger(content: bytes, calibration: Calibration, num_crops: int) -> Any:
    """Return TensorFlow's debugger when it has run each layer in 8 bits and in float.

    Args:
        content: A float32 network.
        calibration: Crops to calibrate on.
        num_crops: The first of them are what it is run on.
    """
    with quiet_converter():
        debugger = tf.lite.experimental.QuantizationDebugger(
            quant_debug_model_content=_to_8_bits(content, calibration, verify=True),
            debug_dataset=lambda: itertools.islice(_samples(calibration), num_crops),
        )
        debugger.run()
    return debugger


def _to_8_bits(
    content: bytes,
    calibration: Calibration,
    kept_names: Iterable[str] = (),
    *,
    verify: bool = False,
) -> bytes:
    calibrator = Calibrator(add_intermediate_tensors(content))
    calibrated = calibrator.calibrate(lambda: _samples(calibration))
    kept: Sequence[str] | None = [*kept_names] or None
    return bytes(
        mlir_quantize(calibrated, enable_numeric_verify=verify, denylisted_nodes=kept)
    )


def _samples(calibration: Calibration) -> Any:
    return ([crop] for crop in calibration.batches())
