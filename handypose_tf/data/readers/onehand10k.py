"""OneHand10K: hands in everyday photos, labelled by people.

Layout: `Train/` and `Test/`, each with `source/*.jpg` and `label_joint.txt`, a row
`name,width,height,hand_count,x0,y0,...` for each picture (Wang et al., "Mask-Pose
Cascaded CNN for 2D Hand Pose Estimation from Single Color Image", TCSVT 2019).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from handypose_tf.data.parsing import inside, read_text, word_numbers
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, visible_box
from handypose_tf.hand import NUM_KEYPOINTS

#: Name, width, height and number of hands come before the points.
_NUM_HEAD_VALUES = 4
_NOT_VISIBLE = -1


class OneHand10KReader(Reader):
    """Reads OneHand10K.

    A joint at (-1, -1) is not visible; the box is the tight box of the others.
    """

    format = "onehand10k"
    splits: ClassVar = {"train": "Train", "test": "Test"}

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, folder in self._folders():
            path = folder / "label_joint.txt"
            for number, line in enumerate(read_text(path).splitlines(), 1):
                if line.strip():
                    yield Entry(path, f"line {number}", split, line)

    def _parse(self, entry: Entry) -> Record:
        name, *words = entry.value.strip().rstrip(",").split(",")
        folder = self.splits[entry.split]
        picture = inside(self.path / folder / "source", name.strip())
        values = word_numbers(words, _NUM_HEAD_VALUES - 1 + 2 * NUM_KEYPOINTS)
        self._check_size(picture, *values[:2])
        points = values[_NUM_HEAD_VALUES - 1 :].reshape(NUM_KEYPOINTS, 2)
        visibility = (points != _NOT_VISIBLE).all(axis=1).astype(np.float32)
        return Record(
            f"{folder}/{picture.stem}",
            str(picture),
            points,
            visibility,
            visible_box(points, visibility),
            split=entry.split,
        )
