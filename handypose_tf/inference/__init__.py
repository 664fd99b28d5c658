"""Prediction: pictures in, :class:`HandPose` out; TensorFlow only for `.keras` files.

The public names are loaded on first use, so that a result can be read or made without
OpenCV or a runtime.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.
_PUBLIC = {
    "Camera": "handypose_tf.inference.frames",
    "DetectedHand": "handypose_tf.inference.hand_detector",
    "HandDetector": "handypose_tf.inference.hand_detector",
    "HandPose": "handypose_tf.inference.hand_pose",
    "HandPoses": "handypose_tf.inference.hand_poses",
    "HandPoseEstimator": "handypose_tf.inference.estimator",
    "HandTracker": "handypose_tf.inference.hand_tracker",
    "KerasModel": "handypose_tf.inference.keras_model",
    "LiteRTModel": "handypose_tf.inference.litert_model",
    "OneEuro": "handypose_tf.inference.one_euro",
    "PictureSequence": "handypose_tf.inference.frames",
    "UntrainedModelWarning": "handypose_tf.inference.pose_model",
    "VideoFile": "handypose_tf.inference.frames",
    "Window": "handypose_tf.inference.window",
    "bundled_models": "handypose_tf.inference.model_files",
    "draw_hands": "handypose_tf.inference.drawing",
    "track": "handypose_tf.inference.tracked_frames",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    """List the lazy public names too."""
    return sorted({*globals(), *_PUBLIC})
