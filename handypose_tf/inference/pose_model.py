"""What the estimator asks of a runtime, and which runtime opens which file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from handypose_tf.errors import ModelError
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.inference.crop_results import CropResults
from handypose_tf.litert.metadata import ModelMetadata


class UntrainedModelWarning(UserWarning):
    """The model's weights were never trained on hands: its keypoints mean nothing."""


class PoseModel(Protocol):
    """A network that finds keypoints in crops of its own input size."""

    @property
    def metadata(self) -> ModelMetadata:
        """What the model's file says of itself."""

    def run(self, crops: Image) -> CropResults:
        """Find the keypoints, and side and presence where the model tells them.

        Args:
            crops: `(num_crops, height, width, 3)` uint8 RGB.
        """

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, where the file gives them.

        Returns:
            `(num_crops, rows, columns, num_keypoints)` float32 or `None`.
        """


def open_model(
    path: str | os.PathLike[str], num_threads: int | None = None
) -> PoseModel:
    """Open a `.tflite` or `.keras` file with its runtime.

    Args:
        path: The file.
        num_threads: Threads of a `.tflite` model; TensorFlow chooses its own.

    Raises:
        ModelError: If the file is neither or cannot be used.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".tflite":
        from handypose_tf.inference.litert_model import LiteRTModel

        return LiteRTModel(path, num_threads)
    if suffix == ".keras":
        from handypose_tf.inference.keras_model import KerasModel

        return KerasModel(path)
    raise ModelError(f"{path}: not a model; give a .tflite or .keras file")
