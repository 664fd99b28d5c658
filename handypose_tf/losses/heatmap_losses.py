"""Losses on heatmaps: plain functions, and Keras losses that draw their own targets.

The Keras losses take keypoints for `y_true` and draw the target heatmaps in the graph:
the input pipeline carries 63 numbers a hand in place of 48,384, and losses and metrics
share one `y_true`. Each gives one value an example; Keras reduces, and scales for
`tf.distribute`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured
from handypose_tf.losses.heatmap_targets import gaussian_heatmaps


def heatmap_mse(target: Any, predicted: Any) -> Any:
    """Return the mean squared error over all cells of all heatmaps, as released.

    Args:
        target: `(batch, height, width, num_keypoints)` float32.
        predicted: The same shape.

    Returns:
        `(batch,)` float32.
    """
    return tf.reduce_mean(tf.math.squared_difference(target, predicted), axis=(1, 2, 3))


def weighted_heatmap_mse(
    target: Any, predicted: Any, visibility: Any, foreground_weight: float = 0.0
) -> Any:
    """Return the mean squared error, each joint weighted by its visibility.

    The mean is over all joints, visible or not, so that a joint weighs the same
    whatever its hand's others do.

    Args:
        target: `(batch, height, width, num_keypoints)` float32.
        predicted: The same shape.
        visibility: `(batch, num_keypoints)` float32, -1..1; a joint that is known to be
            absent, at less than 0, counts by its absolute value.
        foreground_weight: How much more the error at the peak of a target counts than
            that far from it; in between it follows the target.

    Returns:
        `(batch,)` float32.
    """
    return tf.reduce_mean(
        _joint_errors(target, predicted, visibility, foreground_weight), axis=-1
    )


def hard_keypoint_mse(
    target: Any,
    predicted: Any,
    visibility: Any,
    top_k: int = 8,
    foreground_weight: float = 0.0,
) -> Any:
    """Return the mean squared error of each hand's `top_k` worst visible joints.

    Args:
        target: `(batch, height, width, num_keypoints)` float32.
        predicted: The same shape.
        visibility: `(batch, num_keypoints)` float32, 0..1.
        top_k: Joints that count; where fewer are visible the rest count as 0.
        foreground_weight: See `weighted_heatmap_mse`.

    Returns:
        `(batch,)` float32.

    References:
        Chen et al., "Cascaded pyramid network for multi-person pose estimation",
        CVPR 2018 (online hard keypoints mining).
    """
    errors = _joint_errors(target, predicted, visibility, foreground_weight)
    return tf.reduce_mean(tf.math.top_k(errors, top_k, sorted=False).values, axis=-1)


def _joint_errors(
    target: Any, predicted: Any, visibility: Any, foreground_weight: float
) -> Any:
    """Return the weighted error of each joint, `(batch, num_keypoints)`."""
    errors = tf.math.squared_difference(target, predicted)
    if foreground_weight:
        errors *= 1.0 + foreground_weight * target
    return tf.reduce_mean(errors, axis=(1, 2)) * tf.abs(visibility)


class HeatmapLoss(Configured, keras.losses.Loss):
    """Loss between heatmaps and the Gaussians around keypoints.

    Args:
        stride: Pixels a cell.
        sigma: Standard deviation of a target, cells.
        cell_offset: Pixel that cell 0 stands for; `None` for centred cells.
        cutoff: Target values below it become 0.
        whole_pixels: Cut keypoints to whole pixels first, as the released code does.
        **kwargs: `name` and `reduction` of `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, num_keypoints, 3 or 4)`: x and y in pixels of the network's
            input, and visibility: 0..1, or -1 where there is no hand, which teaches an
            empty heatmap. What follows is for metrics.
        y_pred: `(batch, height, width, num_keypoints)`, raw linear heatmaps, float32:
            under mixed precision give the last layer `dtype="float32"` (Keras 2 would
            round `y_true` to `y_pred`'s precision, in float16 a quarter of a pixel).
    """

    def __init__(
        self,
        stride: int = 8,
        sigma: float = 2.0,
        *,
        cell_offset: float | None = None,
        cutoff: float = 0.0,
        whole_pixels: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stride = stride
        self.sigma = sigma
        self.cell_offset = cell_offset
        self.cutoff = cutoff
        self.whole_pixels = whole_pixels

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example, `(batch,)` float32."""
        truth, predicted = tf.cast(y_true, tf.float32), tf.cast(y_pred, tf.float32)
        target = gaussian_heatmaps(
            truth[..., :2],
            predicted.shape[1:3],
            stride=self.stride,
            cell_offset=self.cell_offset,
            sigma=self.sigma,
            cutoff=self.cutoff,
            whole_pixels=self.whole_pixels,
            visibility=truth[..., 2],
        )
        return self._compare(target, predicted, truth[..., 2])

    def _compare(self, target: Any, predicted: Any, visibility: Any) -> Any:
        """Return the loss of each example, given the targets."""
        raise NotImplementedError


@keras.utils.register_keras_serializable("handypose_tf")
class HeatmapMSE(HeatmapLoss):
    """Mean squared error over all cells, as released; an invisible joint's map is 0.

    With `stride=8, sigma=3.0, cell_offset=0.0, cutoff=RELEASED_CUTOFF,
    whole_pixels=True` it is the released code's loss. The arguments are those of
    `HeatmapLoss`.
    """

    def _compare(self, target: Any, predicted: Any, visibility: Any) -> Any:
        return heatmap_mse(target, predicted)


@keras.utils.register_keras_serializable("handypose_tf")
class WeightedHeatmapMSE(HeatmapLoss):
    """Mean squared error weighted by visibility and, if asked for, by the target.

    Args:
        foreground_weight: See `weighted_heatmap_mse`.
        **kwargs: Arguments of `HeatmapLoss`.
    """

    def __init__(self, *, foreground_weight: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.foreground_weight = foreground_weight

    def _compare(self, target: Any, predicted: Any, visibility: Any) -> Any:
        return weighted_heatmap_mse(
            target, predicted, visibility, self.foreground_weight
        )


@keras.utils.register_keras_serializable("handypose_tf")
class HardKeypointMSE(WeightedHeatmapMSE):
    """Weighted mean squared error of each hand's worst joints.

    Args:
        top_k: Joints that count; see `hard_keypoint_mse`.
        **kwargs: Arguments of `WeightedHeatmapMSE`.
    """

    def __init__(self, *, top_k: int = 8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.top_k = top_k

    def _compare(self, target: Any, predicted: Any, visibility: Any) -> Any:
        return hard_keypoint_mse(
            target, predicted, visibility, self.top_k, self.foreground_weight
        )
