"""More channels by zeros, for shortcuts into wider blocks."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured


@keras.utils.register_keras_serializable("handypose_tf")
class PadChannels(Configured, keras.layers.Layer):
    """Appends channels of zeros.

    Args:
        channels: How many come out.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, height, width, up to channels)`

    Output shape:
        `(batch, height, width, channels)`
    """

    def __init__(self, channels: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channels = channels

    def call(self, inputs: Any) -> Any:
        """Append the zeros."""
        missing = self.channels - inputs.shape[-1]
        return tf.pad(inputs, [[0, 0], [0, 0], [0, 0], [0, missing]])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape with the channels."""
        return (*input_shape[:-1], self.channels)
