"""The layout that NSRM and HandyPose train on: hands cropped beforehand.

Layout: `imgs/*.jpg`, each a square crop of 2.2 times the hand; `labels.json`, name to
21 x [x, y] in pixels of the crop; `partitions.json`, `train`, `valid` and `test` to
lists of names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.parsing import FileError, inside, numbers, read_json
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record
from handypose_tf.geometry import CMU_CROP_SCALE, FloatArray
from handypose_tf.images.header import PictureHeader


class NsrmReader(Reader):
    """Reads the NSRM layout. All joints count as visible.

    The box is the square in the middle of the picture that the crop of 2.2 was made
    from, so that cropping it at 2.2 gives back the whole picture.
    """

    format = "nsrm"
    splits: ClassVar = {"train": "train", "val": "valid", "test": "test"}

    def _scan(self) -> Iterator[Entry | Problem]:
        labels = read_json(self.path / "labels.json", unique_keys=True)
        path = self.path / "partitions.json"
        partitions = read_json(path, unique_keys=True)
        for wanted, file in ((labels, "labels.json"), (partitions, path.name)):
            if not isinstance(wanted, dict):
                raise FileError(self.path / file, "not an object of names")
        names = [
            (split, n) for split in self.splits for n in self._part(partitions, split)
        ]
        counts = Counter(name for _, name in names)
        for split, name in names:
            if self.split not in (None, split):
                continue
            if counts[name] > 1:
                reason = f"{name!r} is listed {counts[name]} times"
                yield Problem(str(path), split, reason, "duplicate_name")
            elif name not in labels:
                reason = f"{name!r} has no label"
                yield Problem(str(path), split, reason, "missing_annotation")
            else:
                yield Entry(self.path / "labels.json", name, split, labels[name])

    def _part(self, partitions: dict[str, Any], split: str) -> list[str]:
        names = partitions.get(self.splits[split], [])
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            reason = f"`{self.splits[split]}` is not a list of names"
            raise FileError(self.path / "partitions.json", reason)
        return names

    def _parse(self, entry: Entry) -> Record:
        picture = inside(self.images or self.path / "imgs", entry.where)
        header = self._headers[picture]
        return Record(
            f"{self.splits[entry.split]}/{picture.stem}",
            str(picture),
            numbers(entry.value, "labels", 21, 2),
            np.ones(21, np.float32),
            _middle_box(header),
            split=entry.split,
            header=header,
        )


def _middle_box(header: PictureHeader) -> FloatArray:
    size = np.array([header.width, header.height])
    side = size.max() / CMU_CROP_SCALE
    return np.array([*((size - 1) / 2 - side / 2), side, side], np.float32)
