"""YOLO pose: a text file of normalised boxes and keypoints for each picture.

PATH is the data set's YAML (`path`, `train`, `val`, `test`, `kpt_shape: [21, 3]`), or
the folder that holds it. The label of `.../images/NAME.jpg` is `.../labels/NAME.txt`,
a line `class cx cy w h x y v ...` for each hand; ultralytics' hand-keypoints has this
form.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from handypose_tf.data.parsing import (
    FileError,
    as_fractions,
    labelled,
    read_text,
    side_of_class,
    word_numbers,
)
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.readers.yolo_yaml import YoloYaml
from handypose_tf.data.sample import Problem, Record
from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.hand import KEYPOINT_NAMES, NUM_KEYPOINTS

#: Class and box come before the keypoints.
_NUM_BOX_VALUES = 5


class YoloPoseReader(Reader):
    """Reads YOLO pose text files; a picture without a label file shows no hand.

    Normalised coordinates become pixels as `x * width - 0.5` (see `geometry`). The box
    is the file's own. With `kpt_shape: [K, 2]` a negative coordinate is not labelled.
    The name of a line's class tells the side, as in COCO.
    """

    format = "yolo_pose"
    splits: ClassVar = {"train": "train", "val": "val", "test": "test"}
    file_suffixes: ClassVar = (".yaml", ".yml")

    @cached_property
    def _data(self) -> YoloYaml:
        return YoloYaml(self.path)

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """The canonical names for 21 points, numbers for another set."""
        count = self._data.num_keypoints
        if count == NUM_KEYPOINTS:
            return KEYPOINT_NAMES
        return tuple(f"keypoint_{i}" for i in range(count))

    def _scan(self) -> Iterator[Entry | Problem]:
        data = self._data
        owners: dict[Path, Path] = {}
        for split in self._wanted_splits():
            for picture in data.pictures(self.splits[split]):
                label = label_path(picture)
                if label in owners:
                    reason = f"the label of {owners[label]} and of {picture}"
                    yield Problem(str(label), split, reason, "duplicate_name")
                elif label.is_file():
                    yield from self._label_lines(picture, label, split)
                owners.setdefault(label, picture)
        if not owners:
            wanted = ", ".join(self._wanted_splits())
            raise DataError(f"{data.path}: no pictures listed for {wanted}")

    def _label_lines(
        self, picture: Path, label: Path, split: str
    ) -> Iterator[Entry | Problem]:
        try:
            lines = read_text(label).splitlines()
        except FileError as error:
            yield Problem(str(label), "", error.reason, "broken_file")
            return
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield Entry(label, f"line {number}", split, (picture, number, line))

    def _parse(self, entry: Entry) -> Record:
        picture, number, line = entry.value
        count, depth = self._data.num_keypoints, self._data.num_values
        values = word_numbers(line.split(), _NUM_BOX_VALUES + count * depth)
        header = self._headers[picture]
        size = np.array([header.width, header.height])
        points = values[_NUM_BOX_VALUES:].reshape(count, depth)
        as_fractions(values[1:_NUM_BOX_VALUES], "box")
        as_fractions(points[_visibility(points) > 0, :2], "keypoints")
        center, extent = values[1:3] * size, values[3:5] * size
        return Record(
            f"{self._name(picture)}/{number}",
            str(picture),
            points[:, :2] * size - 0.5,
            _visibility(points),
            np.concatenate([center - extent / 2 - 0.5, extent]),
            is_left=side_of_class(self._data.class_name(values[0])),
            split=entry.split,
            header=header,
        )

    def _name(self, picture: Path) -> str:
        root = self._data.path.parent
        return str(picture.relative_to(root) if root in picture.parents else picture)


def label_path(picture: Path) -> Path:
    """Return the label file of a picture: `labels` for the last `images` in its path.

    A picture that lies in no `images` folder has its label beside it.
    """
    parts = list(picture.parts)
    for i in reversed(range(len(parts) - 1)):
        if parts[i] == "images":
            parts[i] = "labels"
            break
    return Path(*parts).with_suffix(".txt")


def _visibility(points: FloatArray) -> FloatArray:
    if points.shape[1] == 3:
        return labelled(points[:, 2])
    return np.all(points >= 0, axis=1).astype(np.float32)
