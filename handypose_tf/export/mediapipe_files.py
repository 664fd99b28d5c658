"""MediaPipe's networks in Keras, as they are or fine-tuned, as `.tflite` files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.checks import check_suffix
from handypose_tf.export.graphs import convert, frozen
from handypose_tf.files import check_writable, write_bytes
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.layers import DecodePoints
from handypose_tf.litert.metadata import ModelMetadata, with_metadata
from handypose_tf.models.described_model import measured_metadata
from handypose_tf.models.presets import PRESETS
from handypose_tf.weights.mediapipe import (
    INPUT_SCALE,
    LICENCE,
    PIXEL_CENTRE,
    TRAINING_DATA,
)

#: What a landmark network says of a point: x, y and depth.
_NUMBERS = 3


def export_mediapipe(
    model: keras.Model,
    path: str | os.PathLike[str],
    *,
    keypoint_names: Sequence[str] | None = None,
    training_data: str = TRAINING_DATA,
    licence: str = LICENCE,
) -> Path:
    """Write a landmark or palm network as a `.tflite` file with float16 weights.

    A landmark network gets, beside its own outputs, those of the presets
    `mediapipe_hands_full` and `mediapipe_hands_lite`: `keypoints` `(1, num_keypoints,
    3)`, x and y in 0..1 of the input and the score 1, and `is_left` `(1, 1)`; so
    `handypose predict`, `evaluate` and `label` take the file as a model.

    Args:
        model: From `import_mediapipe`, `mediapipe_hands` or fine-tuned.
        path: The file, which must end with `.tflite`.
        keypoint_names: Names of a landmark network's points; by default a hand's 21,
            and `point_21` and so on behind them.
        training_data: What its weights were trained on.
        licence: Licence of the weights.

    Raises:
        ValueError: If an argument is of another kind.
        ModelError: If the converter refuses the model.
        OutputError: If the file cannot be written; nothing is left behind.
    """
    check_suffix(path, ".tflite")
    check_writable(path)
    if "landmarks" not in model.output:
        return write_bytes(path, _converted(model))
    count = model.output["landmarks"].shape[-1] // _NUMBERS
    further = (f"point_{i}" for i in range(len(KEYPOINT_NAMES), count))
    names = tuple(keypoint_names or (*KEYPOINT_NAMES[:count], *further))
    if len(names) != count:
        raise ValueError(
            f"`keypoint_names` must name {count} points. Received: {len(names)}"
        )
    metadata = _metadata(model, names, training_data=training_data, licence=licence)
    return write_bytes(path, with_metadata(_converted(model), metadata))


def _metadata(
    model: keras.Model, names: tuple[str, ...], **facts: Any
) -> ModelMetadata:
    """Return what is known of a landmark network: its preset's, and what is counted."""
    description = replace(
        PRESETS["mediapipe_hands_full"].model,
        preset=model.name,
        keypoint_names=names,
        skeleton=BONES if names[: len(KEYPOINT_NAMES)] == KEYPOINT_NAMES else (),
        trained=True,
        **facts,
    )
    return measured_metadata(model, description, "float16")


def _converted(model: keras.Model) -> bytes:
    """Convert by way of a SavedModel: outputs of one shape keep their names so."""
    names = list(model.output)
    network = _of_unit_pictures(model)
    spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, "image")
    body = frozen(lambda image: [*network(image, training=False).values()], spec)

    def run(image: Any) -> dict[str, Any]:
        # The ReLU, which changes nothing, keeps converters from folding the scale into
        # the kernel.
        found = body(tf.nn.relu(image / INPUT_SCALE))
        return _with_keypoints(dict(zip(names, found, strict=True)), spec.shape)

    with tempfile.TemporaryDirectory() as folder:
        module = tf.Module()
        module.run = tf.function(run, input_signature=[spec])
        tf.saved_model.save(module, folder, signatures=module.run)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return convert(converter, model.name)


def _of_unit_pictures(model: keras.Model) -> keras.Model:
    """Return the network of pictures in 0..1, as published.

    A first kernel that was divided by 255 has no float16 of its own: measured, that
    moves points by up to .12 pixels, where all else is exact.
    """
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    stem = twin.get_layer("stem")
    kernel, bias = stem.get_weights()
    stem.set_weights([kernel * INPUT_SCALE, bias])
    return twin


def _with_keypoints(outputs: dict[str, Any], shape: Sequence[int]) -> dict[str, Any]:
    """Add a landmark network's points and side as this library's models give them."""
    if "landmarks" not in outputs:
        return outputs
    _, height, width, _ = shape
    pixels = tf.reshape(outputs["landmarks"], (1, -1, _NUMBERS))[..., :2]
    keypoints = DecodePoints((height, width))((pixels + PIXEL_CENTRE) / (width, height))
    return {**outputs, "keypoints": keypoints, "is_left": 1 - outputs["handedness"]}
