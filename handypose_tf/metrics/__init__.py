"""Metrics of keypoints: plain numpy functions, and the same as Keras metrics.

The Keras ones are loaded on first use (PEP 562), so that evaluation of a `.tflite`
file or of somebody's predictions never imports TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names
from handypose_tf.metrics.keypoint_metrics import (
    AUC_THRESHOLDS,
    AVERAGES,
    NORMALIZERS,
    auc,
    box_sizes,
    epe,
    pck,
    point_distances,
    reference_sizes,
)

if TYPE_CHECKING:
    from handypose_tf.metrics.keras_metrics import AUC as AUC
    from handypose_tf.metrics.keras_metrics import EPE as EPE
    from handypose_tf.metrics.keras_metrics import PCK as PCK
    from handypose_tf.metrics.keras_metrics import (
        HandednessAccuracy as HandednessAccuracy,
    )

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
    "epe",
    "pck",
    "point_distances",
    "reference_sizes",
]


_, __getattr__, __dir__ = lazy_names(__name__)
