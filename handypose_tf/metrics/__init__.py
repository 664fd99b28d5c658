"""Metrics of keypoints: plain numpy functions, and the same as Keras metrics.

The Keras ones are loaded on first use (PEP 562), so that evaluation of a `.tflite`
file or of somebody's predictions never imports TensorFlow.
"""

from __future__ import annotations

from typing import Any

from handypose_tf.metrics.keypoint_metrics import (
    AUC_THRESHOLDS,
    AVERAGES,
    NORMALIZERS,
    auc,
    box_sizes,
    check_choice,
    epe,
    masked_mean,
    pck,
    point_distances,
    reference_sizes,
    threshold_share,
)

_KERAS_METRICS = ("AUC", "EPE", "PCK", "HandednessAccuracy")

__all__ = [
    "AUC",
    "AUC_THRESHOLDS",
    "AVERAGES",
    "EPE",
    "NORMALIZERS",
    "PCK",
    "HandednessAccuracy",
    "auc",
    "box_sizes",
    "check_choice",
    "epe",
    "masked_mean",
    "pck",
    "point_distances",
    "reference_sizes",
    "threshold_share",
]


def __getattr__(name: str) -> Any:
    """Import the Keras metrics when one is first asked for."""
    if name not in _KERAS_METRICS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from handypose_tf.metrics import keras_metrics

    return getattr(keras_metrics, name)
