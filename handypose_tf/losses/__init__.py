"""Losses on heatmaps, and the Gaussian targets that they draw."""

from handypose_tf.losses.heatmap_losses import (
    HardKeypointMSE,
    HeatmapMSE,
    WeightedHeatmapMSE,
    hard_keypoint_mse,
    heatmap_mse,
    weighted_heatmap_mse,
)
from handypose_tf.losses.heatmap_targets import RELEASED_CUTOFF, gaussian_heatmaps

__all__ = [
    "RELEASED_CUTOFF",
    "HardKeypointMSE",
    "HeatmapMSE",
    "WeightedHeatmapMSE",
    "gaussian_heatmaps",
    "hard_keypoint_mse",
    "heatmap_mse",
    "weighted_heatmap_mse",
]
