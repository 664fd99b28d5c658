"""Losses on heatmaps, handedness and a detector's maps, and the targets they draw."""

from handypose_tf.losses.detection_loss import DetectionLoss, detection_targets
from handypose_tf.losses.handedness_loss import (
    HandednessLoss,
    handedness_cross_entropy,
)
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
    "DetectionLoss",
    "HandednessLoss",
    "HardKeypointMSE",
    "HeatmapMSE",
    "WeightedHeatmapMSE",
    "detection_targets",
    "gaussian_heatmaps",
    "handedness_cross_entropy",
    "hard_keypoint_mse",
    "heatmap_mse",
    "weighted_heatmap_mse",
]
