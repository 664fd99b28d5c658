"""A `.keras` file under TensorFlow, imported when the first one is opened."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.inference.crop_results import CropResults
from handypose_tf.litert.metadata import ModelMetadata


class KerasModel:
    """Runs a `.keras` file of this library. Threads that share it take turns.

    Args:
        path: The file.

    Raises:
        ModelError: If the file is missing or not a model of this library.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from handypose_tf.models import load_model

        self._lock = threading.Lock()
        self._model = load_model(path)
        self._decoder = self._model.decoder()
        self._metadata: ModelMetadata = self._model.metadata()

    @property
    def metadata(self) -> ModelMetadata:
        """What the file says of itself."""
        return self._metadata

    def run(self, crops: Image) -> CropResults:
        """Look at `(n, height, width, 3)` crops; see `PoseModel`."""
        outputs = self._run(crops)
        keypoints = np.asarray(
            self._decoder(outputs[self._model.maps_name]), np.float32
        )
        world = outputs.get("world")
        return CropResults(
            keypoints,
            _chances(outputs.get("handedness")),
            _chances(outputs.get("presence")),
            None if world is None else np.asarray(world).reshape(keypoints.shape),
        )

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, or `None` if the model gives none."""
        if not self._model.has_heatmaps:
            return None
        return np.asarray(self._run(crops)["heatmaps"], np.float32)

    def _run(self, crops: Image) -> dict[str, Any]:
        with self._lock:
            return self._model.predict_on_batch(crops.astype(np.float32))


def _chances(logits: Any) -> FloatArray | None:
    if logits is None:
        return None
    values: FloatArray = np.asarray(logits, np.float32).ravel()
    return 1 / (1 + np.exp(-values))
