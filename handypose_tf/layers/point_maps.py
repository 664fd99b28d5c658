"""Points as maps that are 1 at the point and fall off around it."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured


@keras.utils.register_keras_serializable("handypose_tf")
class PointMaps(Configured, keras.layers.Layer):
    """Draws each point as a pyramid: 1 at the point, 0 from a radius on.

    Subtractions, sums, products and ReLU alone, so that a network of 8 bits stays in
    one piece. No gradient flows back into the points.

    Args:
        grid: Rows and columns of the maps.
        radius: Half the pyramid's base over the picture's side.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, num_keypoints, 2)`: x and y in 0..1 of the picture.

    Output shape:
        `(batch, rows, columns, num_keypoints)`, 0 to 1

    Examples:
        >>> middle = tf.fill((1, 21, 2), 0.5)
        >>> PointMaps((48, 48), 0.4)(middle).shape
        TensorShape([1, 48, 48, 21])
    """

    def __init__(self, grid: tuple[int, int], radius: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        rows, columns = grid
        self.grid = (int(rows), int(columns))
        self.radius = float(radius)

    def call(self, inputs: Any) -> Any:
        """Draw the maps."""
        points = tf.stop_gradient(inputs)
        rows, columns = self.grid
        down = self._slopes(points[..., 1], rows)[:, :, None, :]
        across = self._slopes(points[..., 0], columns)[:, None, :, :]
        return down * across

    def _slopes(self, values: Any, count: int) -> Any:
        """Return `(batch, count, num_keypoints)`: how near each cell is to a value."""
        centers = (tf.range(count, dtype=tf.float32) + 0.5) / (count * self.radius)
        centers = tf.cast(centers, values.dtype)[None, :, None]
        scaled = values[:, None, :] / self.radius
        return tf.nn.relu(
            1.0 - tf.nn.relu(centers - scaled) - tf.nn.relu(scaled - centers)
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the grid with a map a point."""
        batch, num_keypoints = input_shape[:2]
        return (batch, *self.grid, num_keypoints)
