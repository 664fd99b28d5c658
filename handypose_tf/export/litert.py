"""Conversion to LiteRT (TFLite) with the decoding inside."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from handypose_tf.checks import check_choice, check_suffix
from handypose_tf.errors import ModelError
from handypose_tf.export.graphs import (
    body_flatbuffer,
    chance_flatbuffer,
    decoder_flatbuffer,
    model_body,
    world_flatbuffer,
)
from handypose_tf.export.layer_names import matching_names
from handypose_tf.export.prepared_weights import prepare_weights
from handypose_tf.export.quantization import Quantization
from handypose_tf.export.tensorflow_quantizer import convert_body, quantize
from handypose_tf.files import check_writable, write_bytes
from handypose_tf.litert.flatbuffer import join_decoder, tensor_names
from handypose_tf.litert.metadata import with_metadata
from handypose_tf.litert.precision import CALIBRATED, IO_TYPES, PRECISIONS
from handypose_tf.models.described_model import DescribedModel

_PLAIN = Quantization()

#: Head of the whole crop -> what its chance is called in a file.
_CHANCES = {"handedness": "is_left", "presence": "presence"}


def export_litert(
    model: DescribedModel,
    path: str | os.PathLike[str],
    precision: str = "float32",
    *,
    io: str = "float32",
    heatmaps: bool = False,
    quantization: Quantization = _PLAIN,
) -> Path:
    """Write a model as a `.tflite` file that gives keypoints, a detector's hands.

    The batch is 1 and the weights are frozen, so that atrous convolutions and batch
    norms are fused. Whatever the precision, the decoding stays float32, behind the
    network's last dequantisation. Signature: `image` `(1, height, width, 3)` RGB in
    0..255 to `keypoints` `(1, num_keypoints, 3)` float32: x and y in 0..1 of the
    input, `(pixel + 0.5) / size`, and a score; or to `hands` `(1, max_hands, 7)`, see
    `handypose_tf.layers.DecodeCenters`. A model with such heads also gives `is_left`
    and `presence` `(1, 1)` float32, the chances of a left hand and of a hand at all,
    and `keypoints_3d` `(1, num_keypoints, 3)` float32, metres.

    `export_and_check` also runs the file and tells what it loses.

    Args:
        model: The model to convert; it stays as it is.
        path: The file, which must end with `.tflite`; it gets `metadata.json` in an
            appended zip.
        precision: One of `PRECISIONS`.
        io: Type of `image`: `"float32"`, or `"uint8"` (0..255) or `"int8"` (-128 is
            0, 127 is 255).
        heatmaps: Give the raw `heatmaps` `(1, rows, columns, num_keypoints)` float32
            too, or the detector's `maps`.
        quantization: Calibration crops, the quantiser, layers that stay float.

    Raises:
        ValueError: If an argument is of another kind.
        ModelError: If the converter refuses the model, or the crops do not fit it.
        OutputError: If the file cannot be written; nothing is left behind.
    """
    check_arguments(model, path, precision, io, quantization)
    network = network_bytes(model, precision, io, heatmaps, quantization)
    return write_bytes(path, with_metadata(network, model.metadata(precision)))


def check_arguments(
    model: DescribedModel,
    path: str | os.PathLike[str],
    precision: str,
    io: str,
    quantization: Quantization,
) -> None:
    """Refuse before long work what cannot be exported; see `export_litert`."""
    quantization.check(precision)
    check_choice("io", io, IO_TYPES)
    check_suffix(path, ".tflite")
    if None in model.image_size:
        raise ModelError(
            f"{model.name}: its input is {model.image_size}, a phone needs a fixed "
            "height and width; build it with `image_size`"
        )
    if quantization.calibration is not None:
        quantization.calibration.check(model.image_size)
    check_writable(path)


def network_bytes(
    model: DescribedModel,
    precision: str,
    io: str,
    heatmaps: bool,
    quantization: Quantization,
) -> bytes:
    """Convert network and decoding apart, and join them; no metadata yet."""
    further = {
        result: chance_flatbuffer(model, head)
        for head, result in _CHANCES.items()
        if head in model.output
    }
    if "world" in model.output:
        further["keypoints_3d"] = world_flatbuffer(model)
    return join_decoder(
        body_bytes(model, precision, quantization),
        decoder_flatbuffer(model),
        io=io,
        result_name=model.result_name,
        maps_name=model.maps_name if heatmaps else None,
        further=further,
    )


def body_bytes(
    model: DescribedModel,
    precision: str,
    quantization: Quantization,
    further: Collection[str] = (),
) -> bytes:
    """Convert the network without its decoding; see `model_body`."""
    body = model_body(model, _network(model, precision), further)
    calibration = quantization.calibration if precision in CALIBRATED else None
    if calibration is None and quantization.quantizer == "tensorflow":
        return convert_body(body, precision)
    content = body_flatbuffer(body)
    kept = matching_names(tensor_names(content), quantization.keep_float)
    if calibration is not None:
        content = prepare_weights(content, calibration.crops, kept)
    if quantization.quantizer == "litert":
        from handypose_tf.export import litert_quantizer

        return litert_quantizer.quantize(content, precision, calibration, kept)
    assert calibration is not None  # or it had been converted above
    return quantize(content, precision, calibration, kept)


def _network(model: DescribedModel, precision: str) -> Any:
    """Return what is converted: the model, or its quantisation-aware twin."""
    if not PRECISIONS[precision].is_fine_tuned:
        return model
    from handypose_tf.models.quantization_aware import restore

    return restore(model)
