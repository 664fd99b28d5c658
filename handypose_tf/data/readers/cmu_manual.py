"""CMU hand_labels: hands of MPII and NZSL, labelled by people.

Layout: `manual_train/` and `manual_test/` with pairs `NAME_l.jpg` and `NAME_l.json`
(Simon et al., "Hand Keypoint Detection in Single Images using Multiview
Bootstrapping", CVPR 2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from handypose_tf.data.parsing import as_is_left, field, numbers, read_json
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, box_around


class CmuManualReader(Reader):
    """Reads CMU hand_labels.

    The box is CMU's: a square as wide as the tight box of the valid points, around
    `hand_box_center`. `head_size` is kept for the protocols that scale by it.
    """

    format = "cmu_manual"
    splits: ClassVar = {"train": "manual_train", "test": "manual_test"}

    #: Endings of the pictures, in the order in which they are tried.
    suffixes: ClassVar[tuple[str, ...]] = (".jpg",)

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, folder in self._folders():
            files = sorted(folder.iterdir())
            pictures = {f.stem for f in files if f.suffix in self.suffixes}
            labels = [f for f in files if f.suffix == ".json"]
            yield from (Entry(label, "", split, None) for label in labels)
            for stem in sorted(pictures.difference(label.stem for label in labels)):
                path = str(folder / f"{stem}.json")
                yield Problem(path, "", "no label of a picture", "missing_annotation")

    def _parse(self, entry: Entry) -> Record:
        annotation = read_json(entry.path)
        points = numbers(field(annotation, "hand_pts"), "hand_pts", 21, 3)
        visibility = (points[:, 2] == 1).astype(np.float32)
        center = numbers(field(annotation, "hand_box_center"), "hand_box_center", 2)
        return Record(
            f"{self.splits[entry.split]}/{entry.path.stem}",
            str(self._picture(entry.path)),
            points[:, :2],
            visibility,
            box_around(center, points[:, :2], visibility),
            is_left=as_is_left(annotation.get("is_left")),
            head_size=float(numbers(annotation.get("head_size", 0), "head_size")),
            split=entry.split,
        )

    def _picture(self, label: Path) -> Path:
        """Return the picture of a label; the first candidate if there is none."""
        candidates = [label.with_suffix(suffix) for suffix in self.suffixes]
        return next((path for path in candidates if path.exists()), candidates[0])
