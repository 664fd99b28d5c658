"""HaGRID v2: gestures before webcams, keypoints by MediaPipe.

Layout: `annotations/{train,val,test}/GESTURE.json` (or the three folders in PATH
itself), keyed by the picture's name: `bboxes` (normalised x, y, width, height),
`hand_landmarks` (21 x [x, y] normalised for each box, or none), `labels`, `user_id`.
Pictures: `GESTURE/NAME.jpg` in PATH, in its `images/`, or in `images=`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.parsing import (
    FileError,
    as_fractions,
    field,
    inside,
    numbers,
    read_json,
)
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, RecordError
from handypose_tf.errors import DataError
from handypose_tf.hand import NUM_KEYPOINTS


class HagridReader(Reader):
    """Reads HaGRID; a box without landmarks is not a hand that can be trained on.

    Normalised coordinates become pixels as `x * width - 0.5` (see `geometry`). All
    joints count as visible. The box is the hand's of the same place in `bboxes`.
    """

    format = "hagrid"
    splits: ClassVar = {"train": "train", "val": "val", "test": "test"}

    def _scan(self) -> Iterator[Entry | Problem]:
        found = False
        for split in self._wanted_splits():
            folders = (self.path / "annotations" / split, self.path / split)
            for path in (p for f in folders for p in sorted(f.glob("*.json"))):
                found = True
                yield from _hands(path, split)
        if not found:
            wanted = " or ".join(f"annotations/{s}/" for s in self._wanted_splits())
            raise DataError(f"{self.path}: no GESTURE.json in {wanted}")

    def _parse(self, entry: Entry) -> Record:
        name, annotation, hand = entry.value
        picture = self._picture(entry, name)
        header = self._headers[picture]
        size = np.array([header.width, header.height])
        boxes = field(annotation, "bboxes")
        landmarks = field(annotation, "hand_landmarks")
        lists = isinstance(boxes, list) and isinstance(landmarks, list)
        if not lists or len(boxes) != len(landmarks):
            reason = "`bboxes` and `hand_landmarks` are not lists of the same length"
            raise RecordError("bad_structure", reason)
        points = numbers(landmarks[hand], "hand_landmarks", NUM_KEYPOINTS, 2)
        box = as_fractions(numbers(boxes[hand], "bboxes", 4), "bboxes")
        as_fractions(points, "hand_landmarks")
        return Record(
            f"{entry.split}/{entry.path.stem}/{name}/{hand}",
            str(picture),
            points * size - 0.5,
            np.ones(NUM_KEYPOINTS, np.float32),
            np.concatenate([box[:2] * size - 0.5, box[2:] * size]),
            split=entry.split,
            header=header,
        )

    def _picture(self, entry: Entry, name: str) -> Path:
        """Return the picture by its name; the likeliest place if there is none."""
        gesture = entry.path.stem
        roots = [self.images] if self.images else [self.path, self.path / "images"]
        folders = [
            root / f for root in roots for f in (gesture, f"{entry.split}/{gesture}")
        ]
        pictures = [inside(folder, f"{name}.jpg") for folder in folders]
        return next((p for p in pictures if p.exists()), pictures[0])


def _hands(path: Path, split: str) -> Iterator[Entry | Problem]:
    try:
        content: Any = read_json(path, unique_keys=True)
    except FileError as error:
        yield Problem(str(path), "", error.reason, "broken_file")
        return
    if not isinstance(content, dict):
        yield Problem(str(path), "", "not an object of pictures", "broken_file")
        return
    for name, annotation in content.items():
        for hand in _labelled_hands(annotation):
            yield Entry(path, f"{name}[{hand}]", split, (name, annotation, hand))


def _labelled_hands(annotation: Any) -> list[int]:
    """Return the boxes that have landmarks; the first where that cannot be told."""
    if not isinstance(annotation, dict):
        return [0]
    landmarks = annotation.get("hand_landmarks") or []
    if not isinstance(landmarks, list):
        return [0]
    return [hand for hand, points in enumerate(landmarks) if points]
