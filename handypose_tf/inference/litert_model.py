"""A pose model's `.tflite` file under LiteRT: numpy and LiteRT, no TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.litert.network import LiteRTNetwork

_KEYPOINTS, _HEATMAPS, _IS_LEFT = "keypoints", "heatmaps", "is_left"


class LiteRTModel:
    """Runs a `.tflite` file that `handypose export` wrote.

    The file has an input `image` `(1, height, width, 3)`, RGB 0..255 in float32 or
    quantised to 8 bits, an output `keypoints` `(1, num_keypoints, 3)` and possibly
    one `heatmaps` and one `is_left` `(1, 1)`.

    Args:
        path: The file.
        num_threads: Threads to run on; by default all processors, at most four.

    Raises:
        ModelError: If the file lacks its metadata or disagrees with them.
    """

    def __init__(
        self, path: str | os.PathLike[str], num_threads: int | None = None
    ) -> None:
        self._network = LiteRTNetwork(path, num_threads)
        self._network.check_output(_KEYPOINTS, (self.metadata.num_keypoints, 3))
        if self.metadata.handedness:
            self._network.check_output(_IS_LEFT, (1,))

    @property
    def metadata(self) -> ModelMetadata:
        """What the file says of itself."""
        return self._network.metadata

    def run(self, crops: Image) -> FloatArray:
        """Find the keypoints of `(n, height, width, 3)` crops; see `PoseModel`."""
        return self._run(crops, [_KEYPOINTS])[0]

    def run_with_side(self, crops: Image) -> tuple[FloatArray, FloatArray | None]:
        """Find keypoints and side of crops; see `PoseModel`."""
        if not self.metadata.handedness:
            return self.run(crops), None
        keypoints, is_left = self._run(crops, [_KEYPOINTS, _IS_LEFT])
        return keypoints, is_left[:, 0]

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, or `None` if the file does not give them."""
        if self._network.output_shape(_HEATMAPS) is None:
            return None
        return self._run(crops, [_HEATMAPS])[0]

    def _run(self, crops: Image, outputs: Sequence[str]) -> list[FloatArray]:
        shapes = [self._network.output_shape(name) or () for name in outputs]
        results = [np.empty((len(crops), *shape), np.float32) for shape in shapes]
        for index, crop in enumerate(crops):
            found = self._network.run_several(crop, outputs)
            for result, values in zip(results, found, strict=True):
                result[index] = values
        return results
