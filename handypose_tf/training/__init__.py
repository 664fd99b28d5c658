"""Training: a validated configuration, and `train(config)` on top of `model.fit`.

Nothing here imports TensorFlow before a configuration is built, so that the command
line can choose the Keras generation first.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.
_PUBLIC = {
    "TrainConfig": "handypose_tf.training.config",
    "TrainingResult": "handypose_tf.training.trainer",
    "build_config": "handypose_tf.training.config_file",
    "load_config": "handypose_tf.training.config_file",
    "open_pipelines": "handypose_tf.training.data",
    "train": "handypose_tf.training.trainer",
}

__all__ = [*_PUBLIC]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
