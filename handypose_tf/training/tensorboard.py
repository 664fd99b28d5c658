"""Scalars and pictures of predictions for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.drawing import contact_sheet, draw_keypoints
from handypose_tf.errors import MissingExtraError

_NUM_PICTURES = 16


class TensorBoardLog:
    """Writes an epoch's figures, and some hands with what the model sees in them.

    Args:
        folder: Where the event files go.
        pipeline: Where the hands are from; none are drawn if `None`.

    Raises:
        MissingExtraError: If tensorboard is not installed.
    """

    def __init__(self, folder: Path, pipeline: HandPipeline | None) -> None:
        if find_spec("tensorboard") is None:
            raise MissingExtraError("tensorboard", "tensorboard", "log for TensorBoard")
        self._writer = tf.summary.create_file_writer(str(folder))
        self._hands: list[dict[str, Any]] = []
        if pipeline is not None:
            hands = pipeline.samples(0, _some(pipeline.num_samples))
            self._hands = [*hands.as_numpy_iterator()]

    def write(self, model: Any, figures: Mapping[str, float]) -> None:
        """Add an epoch; `figures["epoch"]` is its number."""
        step = int(figures["epoch"])
        with self._writer.as_default(step=step):
            for name, value in figures.items():
                tf.summary.scalar(name, value)
            if self._hands:
                tf.summary.image("predictions", self._draw(model)[None])
        self._writer.flush()

    def _draw(self, model: Any) -> np.ndarray:
        images = np.stack([hand["image"] for hand in self._hands])
        heatmaps = model(tf.cast(images, tf.float32), training=False)["heatmaps"]
        size = np.array(model.image_size[::-1])
        found = model.decoder()(heatmaps).numpy()
        skeleton = model.settings["skeleton"]
        drawn = [
            draw_keypoints(image, hand[:, :2] * size - 0.5, hand[:, 2], None, skeleton)
            for image, hand in zip(images, found, strict=True)
        ]
        return contact_sheet(drawn, columns=4)


def _some(count: int) -> np.ndarray:
    """Return places from all over a data set."""
    return np.unique(np.linspace(0, count - 1, min(count, _NUM_PICTURES)).astype(int))
