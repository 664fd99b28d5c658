"""MediaPipe's two hand networks, whole, as plain Keras models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps
from handypose_tf.backbones.mediapipe_landmark import (
    HEADS,
    expanded_depthwise,
    mediapipe_landmark,
)
from handypose_tf.backbones.mediapipe_layers import conv
from handypose_tf.backbones.mediapipe_palm import mediapipe_palm
from handypose_tf.checks import check_least
from handypose_tf.hand import NUM_KEYPOINTS
from handypose_tf.palm import ANCHOR_GRIDS, PALM_NUMBERS
from handypose_tf.weights.assign import assign
from handypose_tf.weights.mediapipe import network_arrays
from handypose_tf.weights.mediapipe_files import (
    LANDMARK_SIZE,
    PALM_SIZE,
    mediapipe_file,
)

#: Channels inside the landmark networks' last expansion over those that come in.
_TOP_EXPANSION = 6


def import_mediapipe(network: str, path: str | Path | None = None) -> keras.Model:
    """Return one of MediaPipe's networks with its weights.

    Args:
        network: `"landmark_full"`, `"landmark_lite"`, `"palm_full"` or `"palm_lite"`.
        path: The network's own `.tflite`; fetched once into the cache if `None`.

    Returns:
        A plain Keras model of RGB in 0..255, see `landmark_network` and `palm_network`.

    Raises:
        ValueError: If there is no such network.
        DataError: If the file cannot be fetched.
        ModelError: If the file is another network.
    """
    file = mediapipe_file(network) if path is None else Path(path)
    kind, _, variant = network.partition("_")
    model = (landmark_network if kind == "landmark" else palm_network)(variant)
    assign(model.layers, network_arrays(network, file), str(file))
    return model


def mediapipe_hands(
    num_keypoints: int = NUM_KEYPOINTS,
    variant: str = "full",
    weights: str | Path | None = "mediapipe",
) -> keras.Model:
    """Return MediaPipe's hand landmark network, to be fine-tuned.

    Its own points keep their weights. Points behind the 21 begin in the hand's middle:
    with the mean of the others' weights.

    Args:
        num_keypoints: Points that it finds; with fewer than 21, MediaPipe's first ones.
        variant: `"full"` or `"lite"`.
        weights: `"mediapipe"`, a `.tflite` file with them, or `None` for none.

    Returns:
        See `landmark_network`; 224 pixels. `landmarks` is taught by
        `handypose_tf.losses.CoordinateLoss`; the layers of the other three heads are
        not trainable until you make them so.

    Raises:
        ValueError: If the variant or the number is none.
        DataError: If the weights cannot be fetched.
        ModelError: If the file is another network.

    Example:
        >>> model = mediapipe_hands(22)  # doctest: +SKIP
        >>> model.compile("adam", {"landmarks": CoordinateLoss()})  # doctest: +SKIP
    """
    check_least("num_keypoints", num_keypoints, 1)
    model = landmark_network(variant, num_keypoints=num_keypoints)
    if weights is not None:
        network = f"landmark_{variant}"
        file = mediapipe_file(network) if weights == "mediapipe" else Path(weights)
        assign(model.layers, network_arrays(network, file, num_keypoints), str(file))
    for head in HEADS:
        model.get_layer(f"top_{head}").trainable = head == "landmarks"
    return model


def landmark_network(
    variant: str = "full",
    *,
    num_keypoints: int = NUM_KEYPOINTS,
    image_size: int = LANDMARK_SIZE,
    batch_size: int | None = None,
) -> keras.Model:
    """Build a hand landmark network, without weights.

    Args:
        variant: `"full"` or `"lite"`.
        num_keypoints: Points that it finds.
        image_size: Side of the input, pixels; a multiple of 32.
        batch_size: Fixed batch size, for export; free if `None`.

    Returns:
        A model from `(batch, image_size, image_size, 3)`, RGB in 0..255, to
        `landmarks` `(batch, 3 * num_keypoints)`, x, y and depth in pixels of the
        input; `presence` `(batch, 1)`, the chance of a hand; `handedness` `(batch, 1)`,
        the chance of a right hand in a picture that is not mirrored; and
        `world_landmarks` `(batch, 3 * num_keypoints)`, metres.
    """
    image = keras.Input((image_size, image_size, 3), batch_size, name="image")
    x = whole_hand(mediapipe_landmark(image, variant).deepest)
    heads = {
        "landmarks": (3 * num_keypoints, None),
        "presence": (1, "sigmoid"),
        "handedness": (1, "sigmoid"),
        "world_landmarks": (3 * num_keypoints, None),
    }
    outputs = {
        name: keras.layers.Dense(
            units, activation, dtype="float32", name=f"top_{name}"
        )(x)
        for name, (units, activation) in heads.items()
    }
    return keras.Model(image, outputs, name=f"mediapipe_landmark_{variant}")


def whole_hand(deepest: Any) -> Any:
    """Return `(batch, channels)`: the last expansion of a landmark network, pooled."""
    channels = _TOP_EXPANSION * deepest.shape[-1]
    x = expanded_depthwise(deepest, channels, 3, name="top")
    return keras.layers.GlobalAveragePooling2D(name="top_pool")(x)


def palm_network(variant: str = "full", *, image_size: int = PALM_SIZE) -> keras.Model:
    """Build a palm detector, without weights.

    Args:
        variant: `"full"` or `"lite"`.
        image_size: Side of the input, pixels; a multiple of 32.

    Returns:
        A model from `(batch, image_size, image_size, 3)`, RGB in 0..255, to `boxes`
        `(batch, anchors, 18)`, a box and seven points relative to each anchor in
        pixels, and `logits` `(batch, anchors, 1)`.
    """
    image = keras.Input((image_size, image_size, 3), name="image")
    boxes, logits = palm_heads(mediapipe_palm(image, variant))
    outputs = {"boxes": boxes, "logits": logits}
    return keras.Model(image, outputs, name=f"mediapipe_palm_{variant}")


def palm_heads(taps: Taps) -> tuple[Any, Any]:
    """Return the palm detector's `boxes` and `logits` of its trunk's features."""
    boxes, logits = [], []
    for (stride, count), x in zip(
        ANCHOR_GRIDS, (taps.level2, taps.level3), strict=True
    ):
        level = f"pyramid{stride}"
        logits.append(_per_anchor(x, count, 1, name=f"{level}_logits"))
        boxes.append(_per_anchor(x, count, PALM_NUMBERS, name=f"{level}_boxes"))
    return (
        keras.layers.Concatenate(1, name="boxes")(boxes),
        keras.layers.Concatenate(1, name="logits")(logits),
    )


def _per_anchor(x: Any, anchors: int, numbers: int, *, name: str) -> Any:
    """Predict some numbers for each anchor of each cell."""
    x = conv(x, anchors * numbers, 1, name=name)
    return keras.layers.Reshape((-1, numbers), name=f"{name}_anchors")(x)
