"""Models as files for phones and small computers.

Nothing here imports TensorFlow before a conversion is asked for: files are counted and
checked with LiteRT alone.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.
_PUBLIC = {
    "PRECISIONS": "handypose_tf.export.litert",
    "export_litert": "handypose_tf.export.litert",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
