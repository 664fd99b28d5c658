"""A pose model's `.tflite` file under LiteRT: numpy and LiteRT, no TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.inference.crop_results import CropResults
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.litert.network import LiteRTNetwork

_KEYPOINTS, _HEATMAPS = "keypoints", "heatmaps"
_IS_LEFT, _PRESENCE, _WORLD = "is_left", "presence", "keypoints_3d"


class LiteRTModel:
    """Runs a `.tflite` file that `handypose export` wrote.

    The file has an input `image` `(1, height, width, 3)`, RGB 0..255 in float32 or
    quantised to 8 bits, an output `keypoints` `(1, num_keypoints, 3)` and possibly
    one `heatmaps`, one `is_left` `(1, 1)`, one `presence` `(1, 1)` and one
    `keypoints_3d` `(1, num_keypoints, 3)`.

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
        points = (self.metadata.num_keypoints, 3)
        self._network.check_output(_KEYPOINTS, points)
        for name in self._further():
            self._network.check_output(name, points if name == _WORLD else (1,))

    @property
    def metadata(self) -> ModelMetadata:
        """What the file says of itself."""
        return self._network.metadata

    def run(self, crops: Image) -> CropResults:
        """Look at `(n, height, width, 3)` crops; see `PoseModel`."""
        names = self._further()
        keypoints, *values = self._run(crops, [_KEYPOINTS, *names])
        told = dict(zip(names, values, strict=True))
        chances = {name: told[name][:, 0] for name in told if name != _WORLD}
        return CropResults(
            keypoints, chances.get(_IS_LEFT), chances.get(_PRESENCE), told.get(_WORLD)
        )

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, or `None` if the file does not give them."""
        if self._network.output_shape(_HEATMAPS) is None:
            return None
        return self._run(crops, [_HEATMAPS])[0]

    def _further(self) -> list[str]:
        """Return the outputs beside the keypoints that the metadata speak of."""
        facts = self.metadata
        told = {
            _IS_LEFT: facts.handedness,
            _PRESENCE: facts.presence,
            _WORLD: facts.world,
        }
        return [name for name, is_told in told.items() if is_told]

    def _run(self, crops: Image, outputs: Sequence[str]) -> list[FloatArray]:
        shapes = [self._network.output_shape(name) or () for name in outputs]
        results = [np.empty((len(crops), *shape), np.float32) for shape in shapes]
        for index, crop in enumerate(crops):
            found = self._network.run_several(crop, outputs)
            for result, values in zip(results, found, strict=True):
                result[index] = values
        return results
