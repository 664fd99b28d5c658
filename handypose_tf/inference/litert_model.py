"""A pose model's `.tflite` file under LiteRT: numpy and LiteRT, no TensorFlow."""

from __future__ import annotations

import os

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.inference.litert_network import LiteRTNetwork
from handypose_tf.model_metadata import ModelMetadata

_KEYPOINTS, _HEATMAPS = "keypoints", "heatmaps"


class LiteRTModel:
    """Runs a `.tflite` file that `handypose export` wrote.

    The file has an input `image` `(1, height, width, 3)`, RGB 0..255 in float32 or
    quantised to 8 bits, an output `keypoints` `(1, num_keypoints, 3)` and possibly
    one `heatmaps`.

    Args:
        path: The file.
        num_threads: Threads to run on; by default all processors, at most four.

    Raises:
        ModelError: If the file lacks its metadata or disagrees with them.
    """

    def __init__(
        self, path: str | os.PathLike[str], num_threads: int | None = None
    ) -> None:
        """Read the metadata and load the network."""
        self._network = LiteRTNetwork(path, num_threads)
        self._network.check_output(_KEYPOINTS, (self.metadata.num_keypoints, 3))

    @property
    def metadata(self) -> ModelMetadata:
        """What the file says of itself."""
        return self._network.metadata

    def run(self, crops: Image) -> FloatArray:
        """Find the keypoints of `(n, height, width, 3)` crops; see `PoseModel`."""
        return self._run(crops, _KEYPOINTS, (self.metadata.num_keypoints, 3))

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, or `None` if the file does not give them."""
        shape = self._network.output_shape(_HEATMAPS)
        return None if shape is None else self._run(crops, _HEATMAPS, shape)

    def _run(self, crops: Image, output: str, shape: tuple[int, ...]) -> FloatArray:
        results = np.empty((len(crops), *shape), np.float32)
        for result, crop in zip(results, crops, strict=True):
            result[:] = self._network.run(crop, output)
        return results
