"""What a network ends with: heads over its features, to its raw outputs."""

from __future__ import annotations

from functools import partial
from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps
from handypose_tf.layers import PointMaps
from handypose_tf.layers.conv_stack import (
    activation,
    apply_layers,
    conv_stack,
    depthwise_stack,
)
from handypose_tf.layers.decode_centers import NUM_MAPS
from handypose_tf.models.mediapipe_networks import palm_heads

#: Width of the only hidden layer of a head that says one thing of the whole crop.
_CROP_HEAD_FILTERS = 64

#: From so far on, over the picture's side, a heatmap does not count.
_NEAR = 0.25

#: What every cell begins with: a hand's centre in one of a hundred, width and height
#: `SHAPE_GAIN` times the logarithm of a quarter of the input.
_FIRST_MAPS = (-4.6, 0.0, 0.0, -5.5, -5.5, 0.0, 0.0)


def heatmaps(features: Any, num_keypoints: int) -> Any:
    """End with one 1x1 convolution a joint."""
    return keras.layers.Conv2D(
        num_keypoints,
        1,
        dtype="float32",
        kernel_initializer=_nearly_zero(),
        name="heatmaps",
    )(features)


def points(hand: Any, num_keypoints: int) -> Any:
    """End with x and y of each joint, 0..1: `(batch, num_keypoints, 2)`."""
    columns = []
    for axis in ("points_x", "points_y"):
        values = keras.layers.Dense(num_keypoints, dtype="float32", name=axis)(hand)
        column = keras.layers.Reshape((num_keypoints, 1), name=f"{axis}_column")
        columns.append(column(values))
    return keras.layers.Concatenate(name="points")(columns)


def depth(hand: Any, num_keypoints: int) -> Any:
    """End with each joint's depth behind the wrist, `(batch, num_keypoints)`.

    Over the side of the crop; nearer than the wrist is below 0. No loss teaches it.
    """
    return _as_published(num_keypoints, "depth")(hand)


def world(hand: Any, num_keypoints: int) -> Any:
    """End with x, y and depth of each joint, `(batch, 3 * num_keypoints)`.

    Metres from the hand's middle; x and y as in the crop. No loss teaches it.
    """
    return _as_published(3 * num_keypoints, "world")(hand)


def _as_published(units: int, name: str) -> keras.layers.Layer:
    return keras.layers.Dense(units, dtype="float32", trainable=False, name=name)


def near_points(heatmaps: Any, points: Any) -> Any:
    """Weigh heatmaps by how near they are to points that saw the whole hand.

    Measured on 152 hands held out (30 November 2026, 24,000 samples of training): of
    the joints 87.9 % are within .2 of the hand's box by heatmaps alone, 90.2 % by
    points alone, 90.1 % by both; within .05 it is 50, 32 and 51 %.
    """
    maps = PointMaps(heatmaps.shape[1:3], _NEAR, dtype="float32", name="near_points")
    return keras.layers.Multiply(dtype="float32", name="near_heatmaps")(
        [heatmaps, maps(points)]
    )


def crop_features(taps: Taps, filters: int) -> Any:
    """Look at the crop once more, for what an encoder of hands alone does not tell.

    MediaPipe's encoder has seen hands; as it is, it knows where their points are better
    than retrained, and what is no hand worse. Two levels of it meet at stride 32.

    Returns:
        `(batch, 4 * filters)`, each 0 to 6.
    """
    relu = "relu6"
    fine = apply_layers(
        [
            *conv_stack(3 * filters, relu=relu, name="crop_level3"),
            *depthwise_stack(5, strides=2, relu=relu, name="crop_level3"),
        ],
        taps.level3,
    )
    deepest = apply_layers(
        conv_stack(filters, relu=relu, name="crop_deepest"), taps.deepest
    )
    joined = keras.layers.Concatenate(name="crop_join")([fine, deepest])
    return apply_layers(
        [
            *conv_stack(filters, relu=relu, name="crop_merge"),
            *conv_stack(4 * filters, relu=relu, name="crop_expand"),
            *depthwise_stack(3, relu=relu, name="crop_expand"),
            keras.layers.GlobalAveragePooling2D(name="crop_pool"),
        ],
        joined,
    )


def handedness(features: Any, crop: Any = None) -> Any:
    """End with the logit of a left hand, `(batch, 1, 1, 1)`.

    Args:
        features: Of the hand, pooled: MediaPipe's, for one dense layer. Or the
            deepest, for a pool and two 1x1 convolutions.
        crop: See `crop_features`; it adds to what the hand's features say.
    """
    if len(features.shape) == 2:
        logit = _dense_logit(features, crop, "handedness_dense", "handedness_crop")
        return keras.layers.Reshape((1, 1, 1), name="handedness")(logit)
    convolution = partial(keras.layers.Conv2D, kernel_size=1)
    return _crop_head(features, convolution, "handedness", "handedness_conv")


def presence(features: Any, crop: Any = None) -> Any:
    """End with the logit of a hand at all, `(batch, 1)`.

    Of another shape than handedness: an export finds outputs by their shapes.

    Args:
        features: As for `handedness`; the deepest go through a pool and two dense
            layers.
        crop: As for `handedness`.
    """
    if len(features.shape) == 2:
        return _dense_logit(features, crop, "presence", "presence_crop")
    return _crop_head(features, keras.layers.Dense, "presence", "presence_dense")


def _dense_logit(hand: Any, crop: Any, name: str, further: str) -> Any:
    """Return one dense value of the hand's features, plus one of the crop's."""
    logit = keras.layers.Dense(1, dtype="float32", name=name)(hand)
    if crop is None:
        return logit
    more = keras.layers.Dense(
        1, dtype="float32", kernel_initializer="zeros", name=further
    )
    return keras.layers.Add(dtype="float32", name=f"{further}_add")([logit, more(crop)])


def _crop_head(features: Any, layer: Any, name: str, hidden: str) -> Any:
    """Pool the deepest features; 64 values of them, then one.

    Args:
        features: `(batch, rows, columns, channels)`.
        layer: Makes a layer of a number of filters: 1x1 convolutions keep the grid.
        name: Of the head.
        hidden: Name of the layer of 64.
    """
    keepdims = layer is not keras.layers.Dense
    layers = [
        keras.layers.GlobalAveragePooling2D(keepdims=keepdims, name=f"{name}_pool"),
        layer(_CROP_HEAD_FILTERS, kernel_initializer="he_normal", name=hidden),
        activation("relu6", name=f"{name}_relu6"),
        layer(1, dtype="float32", kernel_initializer=_nearly_zero(), name=name),
    ]
    return apply_layers(layers, features)


def _nearly_zero() -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=0.01)


def center_maps(features: Any) -> Any:
    """End with one 1x1 convolution for all maps."""
    return keras.layers.Conv2D(
        NUM_MAPS,
        1,
        dtype="float32",
        kernel_initializer=_nearly_zero(),
        bias_initializer=keras.initializers.Constant(_FIRST_MAPS),
        name="maps",
    )(features)


def palm_maps(taps: Taps) -> Any:
    """Return what MediaPipe's own heads say of a palm detector's features."""
    return keras.layers.Concatenate(name="maps")([*palm_heads(taps)])
