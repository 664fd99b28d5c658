"""Folders of millions of pictures: prediction and labelling as Apache Beam transforms.

The public names are loaded on first use: they need the `beam` extra, and a pipeline's
file can be imported where it is not installed.
"""

from __future__ import annotations

import importlib
from typing import Any

from handypose_tf.errors import MissingExtraError

#: Public name -> the module that defines it.
_PUBLIC = {
    "LabelHands": "handypose_tf.beam.label_hands",
    "PictureResults": "handypose_tf.beam.picture_transform",
    "PredictHands": "handypose_tf.beam.predict_hands",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(_PUBLIC[name])
    except ModuleNotFoundError as error:
        if error.name != "apache_beam":
            raise
        raise MissingExtraError("apache_beam", "beam", "run on Apache Beam") from error
    return getattr(module, name)


def __dir__() -> list[str]:
    """List the lazy public names too."""
    return sorted({*globals(), *_PUBLIC})
