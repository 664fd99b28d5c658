"""Quantisation by TensorFlow's converter."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.export.graphs import (
    Body,
    body_flatbuffer,
    convert,
    new_converter,
    quiet_converter,
)
from handypose_tf.export.layer_names import matching_names
from handypose_tf.export.quantization import Quantization
from handypose_tf.litert.flatbuffer import restore_depthwise_weights, tensor_names
from handypose_tf.litert.precision import CALIBRATED, PRECISIONS, QUANTIZED

#: Bits of activations -> the only operations that the converter may use.
_OPERATIONS: dict[int | None, Any] = {
    8: tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
    16: tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
}


def quantize(body: Body, precision: str, quantization: Quantization) -> bytes:
    """Convert a network from a picture to heatmaps; both stay float32.

    Args:
        body: See `handypose_tf.export.graphs.model_body`.
        precision: One of `PRECISIONS`.
        quantization: Calibration, and what stays float.

    Raises:
        ModelError: If the converter refuses the model or no layer has a kept name.
    """
    calibration = quantization.calibration
    if calibration is not None and precision in CALIBRATED:
        if quantization.keep_float:
            names = tensor_names(body_flatbuffer(body))
            kept = matching_names(names, quantization.keep_float)
            selective = selective_quantizer(body.function, calibration, kept)
            return selective.get_nondebug_quantized_model()
        return convert(_calibrated(body.function, precision, calibration), body.name)
    converter = new_converter(body.function)
    weights = PRECISIONS[precision].weights
    if weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    content = convert(converter, body.name)
    return restore_depthwise_weights(content) if precision in QUANTIZED else content


def selective_quantizer(
    function: Any,
    calibration: Calibration,
    kept_names: Sequence[str] = (),
    *,
    num_crops: int = 1,
) -> Any:
    """Return TensorFlow's debugger, which quantises to int8 all but some layers.

    Args:
        function: That of a `Body`.
        calibration: Crops to calibrate on.
        kept_names: Names of the layers that stay float.
        num_crops: The first of the crops are what `run()` measures on.
    """
    options = tf.lite.experimental.QuantizationDebugOptions(
        denylisted_nodes=list(kept_names) or None
    )
    with quiet_converter():
        return tf.lite.experimental.QuantizationDebugger(
            converter=_calibrated(function, "int8", calibration),
            debug_dataset=lambda: itertools.islice(_samples(calibration), num_crops),
            debug_options=options,
        )


def _calibrated(function: Any, precision: str, calibration: Calibration) -> Any:
    converter = new_converter(function)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: _samples(calibration)
    converter.target_spec.supported_ops = [
        _OPERATIONS[PRECISIONS[precision].activation_bits]
    ]
    return converter


def _samples(calibration: Calibration) -> Any:
    return ([crop] for crop in calibration.batches())
