"""Conversion to LiteRT (TFLite) with the decoding inside."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from handypose_tf.errors import ModelError
from handypose_tf.files import write_bytes
from handypose_tf.model_metadata import write_metadata
from handypose_tf.models.settings_model import SettingsModel

#: Precision -> the types that weights may have beside float32.
_WEIGHT_TYPES = {"float32": [], "float16": [tf.float16]}

PRECISIONS = tuple(_WEIGHT_TYPES)


def export_litert(
    model: SettingsModel,
    path: str | os.PathLike[str],
    precision: str = "float32",
    *,
    heatmaps: bool = False,
) -> Path:
    """Write a model as a `.tflite` file that gives keypoints, a detector's hands.

    The batch is 1 and the weights are frozen, so that atrous convolutions and batch
    norms are fused. Signature: `image` `(1, height, width, 3)` float32 RGB in 0..255
    to `keypoints` `(1, num_keypoints, 3)` float32: x and y in 0..1 of the input,
    `(pixel + 0.5) / size`, and a score; or to `hands` `(1, max_hands, 7)`, see
    `handypose_tf.layers.DecodeCenters`.

    Args:
        model: The model to convert; it stays as it is.
        path: The file, which must end with `.tflite`; it gets `metadata.json` in an
            appended zip.
        precision: One of `PRECISIONS`.
        heatmaps: Give the raw `heatmaps` `(1, rows, columns, num_keypoints)` too, or
            the detector's `maps`.

    Raises:
        ValueError: If precision or the file's name is another.
        ModelError: If the converter refuses the model.
        OutputError: If the file cannot be written; nothing is left behind.
    """
    if precision not in _WEIGHT_TYPES:
        raise ValueError(
            f"`precision` must be one of {PRECISIONS}. Received: {precision!r}"
        )
    if not str(path).endswith(".tflite"):
        raise ValueError(f"`path` must end with .tflite. Received: {path}")
    content = _convert(_frozen_module(model, heatmaps), precision, model.name)
    part = Path(f"{path}.part")
    try:
        write_bytes(part, content)
        write_metadata(part, model.metadata(precision))
        return write_bytes(path, part.read_bytes())
    finally:
        part.unlink(missing_ok=True)


def _frozen_module(model: SettingsModel, heatmaps: bool) -> tf.Module:
    """Return a function from `image` to the result, with constants for weights."""
    config = model.get_config()
    config["settings"]["batch_size"] = 1
    fixed = type(model).from_config(config)
    fixed.set_weights(model.get_weights())
    decoder = model.decoder()
    names = (model.result_name, model.maps_name)[: 2 if heatmaps else 1]
    signature = [tf.TensorSpec((1, *model.image_size, 3), tf.float32, "image")]

    @tf.function(input_signature=signature)
    def compute(image: tf.Tensor) -> list[tf.Tensor]:
        maps = fixed(image, training=False)[model.maps_name]
        return [decoder(maps), maps][: len(names)]

    module = tf.Module()
    module.compute = convert_variables_to_constants_v2(compute.get_concrete_function())

    @tf.function(input_signature=signature)
    def serve(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(names, module.compute(image), strict=True))

    module.serve = serve
    return module


def _convert(module: tf.Module, precision: str, name: str) -> bytes:
    """Convert by way of a SavedModel, which keeps the signature's names."""
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=module.serve)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if _WEIGHT_TYPES[precision]:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = _WEIGHT_TYPES[precision]
        try:
            return converter.convert()
        except (tf.errors.OpError, RuntimeError, ValueError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelError(f"{name} cannot be converted: {reason}") from error
