"""Scalars and pictures of predictions for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import tensorflow as tf

from handypose_tf.errors import MissingExtraError
from handypose_tf.images import Image


class TensorBoardLog:
    """Writes an epoch's figures, and some samples with what the model finds in them.

    Args:
        folder: Where the event files go.

    Raises:
        MissingExtraError: If tensorboard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        if find_spec("tensorboard") is None:
            raise MissingExtraError("tensorboard", "tensorboard", "log for TensorBoard")
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, drawn: Image, figures: Mapping[str, float]) -> None:
        """Add an epoch; `figures["epoch"]` is its number."""
        with self._writer.as_default(step=int(figures["epoch"])):
            for name, value in figures.items():
                tf.summary.scalar(name, value)
            tf.summary.image("predictions", drawn[None])
        self._writer.flush()
