"""The loss of networks that give coordinates in place of heatmaps."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured

#: Pixels of a 224 pixel input: three times the noise of careful labels there.
DEFAULT_DELTA = 6.0


def coordinate_error(
    keypoints: Any, predicted: Any, visibility: Any, delta: float = DEFAULT_DELTA
) -> Any:
    """Return the mean Huber error of points, each weighted by its visibility.

    The mean is over all points, visible or not, so that a point weighs the same
    whatever its hand's others do.

    Args:
        keypoints: `(batch, num_keypoints, 2)` float32, pixels.
        predicted: The same shape.
        visibility: `(batch, num_keypoints)`; points at 0 or less are not taught.
        delta: Pixels at which the error, until then squared, goes on straight.

    Returns:
        `(batch,)` float32: pixels, far from the truth.
    """
    distance = tf.abs(keypoints - predicted)
    near = tf.minimum(distance, delta)
    errors = tf.reduce_mean(near * (distance - near / 2) / delta, axis=-1)
    return tf.reduce_mean(errors * tf.maximum(visibility, 0.0), axis=-1)


@keras.utils.register_keras_serializable("handypose_tf")
class CoordinateLoss(Configured, keras.losses.Loss):
    """Huber error of a network that gives points as coordinates.

    Args:
        delta: See `coordinate_error`.
        size: Height and width of the input in pixels, for points in 0..1; `None` for
            points in pixels.
        **kwargs: `name` and `reduction` of `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, num_keypoints, 3 or 4)`: x and y in pixels of the network's
            input, and visibility; what follows is for metrics.
        y_pred: `(batch, num_keypoints, 2 or 3)`, or flat: x, y and perhaps a depth,
            which is not taught, a point.
    """

    def __init__(
        self,
        *,
        delta: float = DEFAULT_DELTA,
        size: tuple[int, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.delta = delta
        self.size = size

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example, `(batch,)` float32."""
        truth = tf.cast(y_true, tf.float32)
        found = tf.cast(y_pred, tf.float32)
        if len(found.shape) == 2:
            count = truth.shape[1]
            found = tf.reshape(found, (-1, count, found.shape[-1] // count))
        points = found[..., :2]
        if self.size is not None:
            height, width = self.size
            points = points * tf.constant([width, height], tf.float32) - 0.5
        return coordinate_error(truth[..., :2], points, truth[..., 2], self.delta)
