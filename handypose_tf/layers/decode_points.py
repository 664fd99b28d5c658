"""From points by regression to keypoints, inside the graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured


@keras.utils.register_keras_serializable("handypose_tf")
class DecodePoints(Configured, keras.layers.Layer):
    """Gives each point a score: 1, as a network of coordinates tells none.

    Always computes in float32; holds no weights.

    Args:
        image_size: `(height, width)` of the network's input in pixels, for those who
            turn the result into pixels.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, num_keypoints, 2)`: x and y in 0..1 of the picture

    Output shape:
        `(batch, num_keypoints, 3)` float32: the same and the score, as
        `DecodeHeatmaps` gives them

    Examples:
        >>> DecodePoints((224, 224))(tf.fill((1, 21, 2), 0.5)).shape
        TensorShape([1, 21, 3])
    """

    def __init__(self, image_size: tuple[int, int], **kwargs: Any) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.image_size = tuple(int(side) for side in image_size)

    def call(self, inputs: Any) -> Any:
        """Add the scores."""
        points = tf.cast(inputs, tf.float32)
        return tf.concat([points, tf.ones_like(points[..., :1])], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return `(batch, num_keypoints, 3)`."""
        return (*input_shape[:2], 3)
