"""Models as files for phones and small computers.

Nothing here imports TensorFlow before a conversion is asked for: files are counted and
checked with LiteRT alone.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.
_PUBLIC = {
    "Calibration": "handypose_tf.export.calibration",
    "Checker": "handypose_tf.export.check",
    "ExportReport": "handypose_tf.export.report",
    "PRECISIONS": "handypose_tf.model_metadata",
    "Quantization": "handypose_tf.export.quantization",
    "export_and_check": "handypose_tf.export.checked",
    "export_litert": "handypose_tf.export.litert",
    "open_calibration": "handypose_tf.export.calibration",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
