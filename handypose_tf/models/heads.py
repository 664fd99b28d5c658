"""What a network ends with: heads over its features, to its raw outputs."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps
from handypose_tf.layers.conv_stack import activation, apply_layers
from handypose_tf.layers.decode_centers import NUM_MAPS
from handypose_tf.models.mediapipe_networks import palm_heads

#: Width of the only hidden layer of a head that says one thing of the whole crop.
_CROP_HEAD_FILTERS = 64

#: What every cell begins with: a hand's centre in one of a hundred, width and height
#: `SHAPE_GAIN` times the logarithm of a quarter of the input.
_FIRST_MAPS = (-4.6, 0.0, 0.0, -5.5, -5.5, 0.0, 0.0)


def heatmaps(features: Any, num_keypoints: int) -> Any:
    """End with one 1x1 convolution a joint."""
    return keras.layers.Conv2D(
        num_keypoints,
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        name="heatmaps",
    )(features)


def handedness(deepest: Any) -> Any:
    """End with one number: a pooled picture of the hand, and two 1x1 convolutions."""
    layers = [
        keras.layers.GlobalAveragePooling2D(keepdims=True, name="handedness_pool"),
        keras.layers.Conv2D(
            _CROP_HEAD_FILTERS,
            1,
            kernel_initializer="he_normal",
            name="handedness_conv",
        ),
        activation("relu6", name="handedness_relu6"),
        keras.layers.Conv2D(
            1,
            1,
            dtype="float32",
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="handedness",
        ),
    ]
    return apply_layers(layers, deepest)


def presence(deepest: Any) -> Any:
    """End with one number: a pooled picture of the crop, and two dense layers.

    Of another shape than handedness: an export finds outputs by their shapes.
    """
    layers = [
        keras.layers.GlobalAveragePooling2D(name="presence_pool"),
        keras.layers.Dense(
            _CROP_HEAD_FILTERS, kernel_initializer="he_normal", name="presence_dense"
        ),
        activation("relu6", name="presence_relu6"),
        keras.layers.Dense(
            1,
            dtype="float32",
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="presence",
        ),
    ]
    return apply_layers(layers, deepest)


def center_maps(features: Any) -> Any:
    """End with one 1x1 convolution for all maps."""
    return keras.layers.Conv2D(
        NUM_MAPS,
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        bias_initializer=keras.initializers.Constant(_FIRST_MAPS),
        name="maps",
    )(features)


def palm_maps(taps: Taps) -> Any:
    """Return what MediaPipe's own heads say of a palm detector's features."""
    return keras.layers.Concatenate(name="maps")([*palm_heads(taps)])
