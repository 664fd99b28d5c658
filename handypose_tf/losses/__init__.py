"""Losses on heatmaps, coordinates, sides and a detector's maps, and their targets."""

from handypose_tf.losses.coordinate_loss import CoordinateLoss, coordinate_error
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
    "CoordinateLoss",
    "DetectionLoss",
    "HandednessLoss",
    "HardKeypointMSE",
    "HeatmapMSE",
    "WeightedHeatmapMSE",
    "coordinate_error",
    "detection_targets",
    "gaussian_heatmaps",
    "handedness_cross_entropy",
    "hard_keypoint_mse",
    "heatmap_mse",
    "weighted_heatmap_mse",
]
