"""HandyPose for Keras and TensorFlow: the 21 keypoints of a hand from a colour photo.

The public names are loaded on first use (PEP 562), so that `import handypose_tf` and
prediction with a `.tflite` file never import TensorFlow.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0.dev0"

#: Public name -> the module that defines it.
_PUBLIC = {
    "HandPose": "handypose_tf.inference",
    "HandPoses": "handypose_tf.inference",
    "HandPoseEstimator": "handypose_tf.inference",
    "HandTracker": "handypose_tf.inference",
    "handypose": "handypose_tf.models",
    "load_model": "handypose_tf.models",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    """List the lazy public names too."""
    return sorted({*globals(), *_PUBLIC})
