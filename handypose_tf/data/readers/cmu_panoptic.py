"""CMU hand143_panopticdb: hands from the Panoptic Studio, labelled by many views.

Layout: `hands_v143_14817.json` and `imgs/00000000.jpg` .. `imgs/00014816.jpg`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from handypose_tf.data.parsing import field, inside, numbers, read_json, rows
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, box_around

_LABELS = "hands_v143_14817.json"
_NUM_PICTURES = 14817
_AGMN_SEED = 1111


@cache
def agmn_split() -> MappingProxyType[str, str]:
    """Return picture name -> `"train"`, `"val"` or `"test"`, as AGMN drew them.

    The split of Kong et al., "Adaptive Graphical Model Network for 2D Handpose
    Estimation", BMVC 2019, which NSRM and HandyPose use as well: names shuffled by
    Python's generator with seed 1111, cut at 80 and 90 %: 11,853, 1,482 and 1,482.
    """
    names = [f"{i:08d}.jpg" for i in range(_NUM_PICTURES)]
    random.Random(_AGMN_SEED).shuffle(names)
    first, second = int(0.8 * _NUM_PICTURES), int(0.9 * _NUM_PICTURES)
    parts = {"train": names[:first], "val": names[first:second], "test": names[second:]}
    return MappingProxyType({n: split for split, part in parts.items() for n in part})


class CmuPanopticReader(Reader):
    """Reads hand143_panopticdb, split as by AGMN.

    The box is CMU's: a square as wide as the tight box of the valid points, around
    `objpos`. A picture that AGMN's split does not know belongs to no split.
    """

    format = "cmu_panoptic"
    splits: ClassVar = {"train": "train", "val": "valid", "test": "test"}

    def _scan(self) -> Iterator[Entry | Problem]:
        path = self.path / _LABELS
        for number, annotation in enumerate(rows(read_json(path), "root", path)):
            name = annotation.get("img_paths") if isinstance(annotation, dict) else None
            split = agmn_split().get(str(name).rpartition("/")[2], "")
            if self.split in (None, split):
                yield Entry(path, f"root[{number}]", split, annotation)

    def _parse(self, entry: Entry) -> Record:
        annotation = entry.value
        picture = inside(self.images or self.path, field(annotation, "img_paths"))
        size = [field(annotation, name) for name in ("img_width", "img_height")]
        self._check_size(picture, *size)
        points = numbers(field(annotation, "joint_self"), "joint_self", 21, 3)
        visibility = (points[:, 2] == 1).astype(np.float32)
        center = numbers(field(annotation, "objpos"), "objpos", 2)
        return Record(
            f"panoptic/{picture.stem}",
            str(picture),
            points[:, :2],
            visibility,
            box_around(center, points[:, :2], visibility),
            split=entry.split,
        )
