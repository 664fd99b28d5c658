"""A pose model whose answers are known: it finds the middle of coloured dots.

Keypoint k lies at a fixed mixture of the centres of mass of what is red, green and
blue; grey counts as nothing. So 21 keypoints follow from where three dots are drawn.
With `handedness` it calls a left hand what has red, green and blue clockwise; with
`presence` a hand what has a bright dot of each colour.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.litert.metadata import Decode, ModelMetadata, write_metadata

MODEL_SIZE = 64
STRIDE = 4
_OWN = np.array([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]], np.float32)


def mixture(num_keypoints: int = 21) -> np.ndarray:
    """Rows sum to 1: the shares of the red, green and blue dot in a keypoint."""
    shares = np.random.default_rng(3).dirichlet((1, 1, 1), num_keypoints)
    shares[:3] = np.eye(3)
    return shares.astype(np.float32)


def metadata(**changes: Any) -> ModelMetadata:
    facts: dict[str, Any] = {
        "preset": "handypose_dots",
        "image_size": (MODEL_SIZE, MODEL_SIZE),
        "keypoint_names": KEYPOINT_NAMES,
        "skeleton": BONES,
        "crop_scale": 1.5,
        "decode": {"method": "soft_argmax"},
        "precision": "float32",
        "trained": True,
        "parameters": 9,
        "macs": 36864,
        "licence": "Apache-2.0",
        "training_data": "none needed",
        "accuracy": {"pck_box@.2": 1.0},
        "versions": {"tensorflow": "2.21.0"},
    }
    facts |= changes
    facts["keypoint_names"] = tuple(facts["keypoint_names"])
    return ModelMetadata(**{**facts, "decode": Decode(**facts["decode"])})


def write_dot_model(
    path: Path,
    *,
    heatmaps: bool = True,
    dtype: str = "float32",
    handedness: bool = False,
    presence: bool = False,
    **changes: Any,
) -> Path:
    """Convert the model to `path` with metadata; its input has type `dtype`."""
    import tensorflow as tf

    def find(image: Any) -> dict[str, Any]:
        pixels = tf.cast(image, tf.float32)
        weights = tf.nn.relu(tf.tensordot(pixels, tf.constant(_OWN.T), 1))
        total = tf.reduce_sum(weights, (1, 2)) + 1e-3
        middle = (tf.range(MODEL_SIZE, dtype=tf.float32) + 0.5) / MODEL_SIZE
        x = tf.reduce_sum(weights * middle[None, None, :, None], (1, 2)) / total
        y = tf.reduce_sum(weights * middle[None, :, None, None], (1, 2)) / total
        score = tf.minimum(tf.reduce_max(weights, (1, 2)) / 255, 1.0)
        facts = tf.stack([x, y, score], axis=1)
        keypoints = tf.matmul(facts, tf.constant(mixture().T))
        outputs = {"keypoints": tf.transpose(keypoints, (0, 2, 1))}
        if heatmaps:
            cells = tf.nn.avg_pool2d(weights / 510, STRIDE, STRIDE, "VALID")
            outputs["heatmaps"] = tf.tensordot(cells, tf.constant(mixture().T), 1)
        if handedness:
            (red, green, blue), (r, g, b) = tf.unstack(x[0]), tf.unstack(y[0])
            turn = (green - red) * (b - r) - (g - r) * (blue - red)
            outputs["is_left"] = tf.reshape(tf.sigmoid(10 * turn), (1, 1))
        if presence:
            dimmest = tf.reduce_min(tf.reduce_max(weights, (1, 2))) / 510
            outputs["presence"] = tf.reshape(dimmest, (1, 1))
        return outputs

    told = {"handedness": handedness, "presence": presence}
    return _convert(path, find, dtype, metadata(**told, **changes))


def write_mean_model(path: Path) -> Path:
    """Convert an int8 model: one keypoint at x = red / 255, y = green, score = blue."""

    def find(image: Any) -> dict[str, Any]:
        import tensorflow as tf

        mean = tf.reduce_mean(image, (1, 2), keepdims=True) / 255.0
        return {"keypoints": tf.reshape(mean, (1, 1, 3))}

    facts = metadata(keypoint_names=("spot",), skeleton=(), precision="int8")
    return _convert(path, find, "int8", facts)


def _convert(path: Path, find: Any, dtype: str, facts: ModelMetadata) -> Path:
    import tensorflow as tf

    input_type = tf.uint8 if dtype == "uint8" else tf.float32
    spec = tf.TensorSpec((1, MODEL_SIZE, MODEL_SIZE, 3), input_type, name="image")
    concrete = tf.function(find, input_signature=[spec]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
    if dtype == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = _extremes
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(converter.convert())
    write_metadata(path, facts)
    return path


def _extremes() -> Any:
    for value in (0, 255):
        yield [np.full((1, MODEL_SIZE, MODEL_SIZE, 3), value, np.float32)]


def dot_image(
    height: int, width: int, centers: np.ndarray, radius: float, grey: int = 90
) -> np.ndarray:
    """Draw a red, a green and a blue dot at `(3, 2)` pixels on grey."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    image = np.full((height, width, 3), float(grey))
    for channel, (center_x, center_y) in enumerate(centers):
        distance = np.hypot(x - center_x, y - center_y)
        cover = np.clip(radius + 0.5 - distance, 0, 1)[..., None]
        image += cover * (255 * np.eye(3)[channel] - image)
    return np.rint(image).astype(np.uint8)


def true_keypoints(centers: np.ndarray) -> np.ndarray:
    """The 21 keypoints of three dots."""
    return mixture() @ np.asarray(centers, np.float32)
