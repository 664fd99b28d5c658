"""Bilinear resizing to the grid of another feature map."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured


@keras.utils.register_keras_serializable("handypose_tf")
class BilinearResize(Configured, keras.layers.Layer):
    """Resizes features bilinearly to the height and width of a reference.

    Height and width are static wherever the reference's are, as quantised export
    needs them.

    Args:
        align_corners: Align the centres of the corner cells, as the released PyTorch
            code does, in place of half-pixel centres. The TFLite GPU delegate is
            reported to give blank output with it (tensorflow#24986): use it for
            imported weights only.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: `[features, reference]`, `(batch, height, width, channels)` each.

    Output shape:
        `(batch, reference height, reference width, features' channels)`

    Examples:
        >>> BilinearResize()([tf.zeros((1, 6, 6, 8)), tf.zeros((1, 24, 24, 3))]).shape
        TensorShape([1, 24, 24, 8])
    """

    def __init__(self, align_corners: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.align_corners = align_corners

    def call(self, inputs: list[Any]) -> Any:
        """Resize the first input to the grid of the second."""
        features, reference = inputs
        height, width = reference.shape[1:3]
        if height is None or width is None:
            size = tf.shape(reference)[1:3]
        else:
            size = (height, width)
        resized = tf.raw_ops.ResizeBilinear(
            images=features,
            size=size,
            align_corners=self.align_corners,
            half_pixel_centers=not self.align_corners,
        )
        return tf.cast(resized, features.dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the reference's grid with the features' channels."""
        features, reference = input_shape
        return (features[0], reference[1], reference[2], features[3])
