"""HandyPose models: presets as data, the builder, and files."""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it; `presets` stays free of TensorFlow.
_PUBLIC = {
    "HandyPose": "handypose_tf.models.network",
    "HandyPoseDetector": "handypose_tf.models.detector",
    "hand_detector": "handypose_tf.models.detector",
    "handypose": "handypose_tf.models.network",
    "import_released": "handypose_tf.models.released",
    "load_detector": "handypose_tf.models.files",
    "load_model": "handypose_tf.models.files",
    "load_weights": "handypose_tf.models.files",
    "save_model": "handypose_tf.models.files",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
