"""FreiHAND: right hands with 3D joints before four backgrounds.

Layout: `training/rgb/%08d.jpg` (32,560 hands, each in four versions of the background:
hand i in version v is picture i + 32,560 v), `training_K.json`, `training_xyz.json`;
`evaluation/rgb/`, `evaluation_K.json`, `evaluation_xyz.json` (Zimmermann et al.,
"FreiHAND: A Dataset for Markerless Capture of Hand Pose and Shape from Single RGB
Images", ICCV 2019).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.parsing import FileError, numbers, read_json
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, RecordError, visible_box
from handypose_tf.geometry import FloatArray


def project(camera: FloatArray, points: FloatArray) -> FloatArray:
    """Project points `(n, 3)` in the camera's frame by its matrix `(3, 3)` to pixels.

    Raises:
        RecordError: If a point lies in or behind the camera's plane.
    """
    if not (points[:, 2] > 0).all():
        raise RecordError("bad_number", "a joint lies behind the camera")
    image = points @ camera.T
    return image[:, :2] / image[:, 2:]


class FreiHandReader(Reader):
    """Reads FreiHAND. All joints count as visible; the box is their tight box."""

    format = "freihand"
    splits: ClassVar = {"train": "training", "test": "evaluation"}

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, folder in self._folders():
            cameras = self._labels(folder.name, "K")
            points = self._labels(folder.name, "xyz")
            if len(cameras) != len(points):
                reason = f"{len(points)} entries for {len(cameras)} of the K file"
                raise FileError(self._file(folder.name, "xyz"), reason)
            for number in _picture_numbers(folder / "rgb", len(points)):
                label = number % len(points)
                value = number, cameras[label], points[label]
                path = self._file(folder.name, "xyz")
                yield Entry(path, f"[{label}]", split, value)

    def _parse(self, entry: Entry) -> Record:
        number, camera, points = entry.value
        folder = self.splits[entry.split]
        keypoints = project(numbers(camera, "K", 3, 3), numbers(points, "xyz", 21, 3))
        visibility = np.ones(21, np.float32)
        return Record(
            f"{folder}/{number:08d}",
            str(self.path / folder / "rgb" / f"{number:08d}.jpg"),
            keypoints,
            visibility,
            visible_box(keypoints, visibility),
            is_left=0,
            split=entry.split,
        )

    def _file(self, split: str, what: str) -> Path:
        return self.path / f"{split}_{what}.json"

    def _labels(self, split: str, what: str) -> list[Any]:
        labels = read_json(self._file(split, what))
        if not isinstance(labels, list) or not labels:
            raise FileError(self._file(split, what), "not a list of matrices")
        return labels


def _picture_numbers(folder: Path, num_hands: int) -> range:
    """Return the pictures that must be there: all hands in each version begun."""
    stems = [path.stem for path in folder.glob("*.jpg") if path.stem.isdigit()]
    last = max(map(int, stems), default=0)
    return range((last // num_hands + 1) * num_hands)
