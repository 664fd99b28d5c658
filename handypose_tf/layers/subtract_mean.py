"""Centring of a picture by its mean colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured


@keras.utils.register_keras_serializable("handypose_tf")
class SubtractMean(Configured, keras.layers.Layer):
    """Subtracts one mean from each channel.

    It stands before the first padding of a network, where folding the mean into the
    first convolution would be wrong at the borders. The scale of an input's
    normalisation needs no layer: it goes into the first convolution's batch norm (see
    `handypose_tf.weights.fold_scale`).

    Args:
        mean: One number a channel, in the input's units.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input and output shape:
        `(batch, height, width, len(mean))`
    """

    def __init__(self, mean: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = [float(value) for value in mean]

    def call(self, inputs: Any) -> Any:
        """Subtract the mean.

        One number for all channels is subtracted as such: XNNPACK runs that over the
        whole picture at once, and three numbers pixel by pixel.
        """
        inputs = tf.cast(inputs, self.compute_dtype)
        is_one = len(set(self.mean)) == 1
        mean = self.mean[:1] if is_one else self.mean
        return inputs - tf.constant(mean, inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape
