"""COCO keypoints: one JSON of images, annotations and categories.

PATH is the JSON, or a folder with `train.json`, `val.json`, `test.json` (in it or in
its `annotations/`). Pictures: `images/` beside the JSON, else the JSON's folder, else
`images=` (`--images`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.parsing import (
    FileError,
    as_is_left,
    field,
    labelled,
    numbers,
    whole,
)
from handypose_tf.data.polygons import draw_polygons, encode_mask
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.coco_file import CocoFile
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import NO_HAND, Problem, Record, visible_box
from handypose_tf.errors import DataError
from handypose_tf.hand import KEYPOINT_NAMES


class CocoReader(Reader):
    """Reads COCO keypoints: 21, unless a category names another set of points.

    The visibility flags 1 (hidden) and 2 (visible) both become 1, fractions stay. The
    box is `bbox`, else the tight box of the labelled points. `is_left` is a field of
    that name, or told by a category called `left...` or `right...`. Where a category
    names the canonical joints in another order, they are put into theirs. Polygons in
    `segmentation` become the mask of the hand. An annotation with `"no_hand": true` is
    a `bbox` without one; it needs no keypoints.
    """

    format = "coco"
    splits: ClassVar = {"train": "train", "val": "val", "test": "test"}
    file_suffixes: ClassVar = (".json",)

    _names: tuple[str, ...] | None = None

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """Names out of the first category that has some, in the records' order."""
        self.index()
        names = self._names or KEYPOINT_NAMES
        return KEYPOINT_NAMES if set(names) == set(KEYPOINT_NAMES) else names

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, path in self._files():
            coco = CocoFile(path, self.images)
            self._take_names(coco)
            for where, annotation in coco.annotations():
                yield Entry(path, where, split, (coco, annotation))

    def _parse(self, entry: Entry) -> Record:
        coco, annotation = entry.value
        image = coco.image(annotation)
        picture = coco.picture(image)
        if "width" in image and "height" in image:
            self._check_size(picture, image["width"], image["height"])
        points = self._points(annotation)
        visibility = labelled(points[:, 2])
        no_hand = annotation.get("no_hand") is True
        box = field(annotation, "bbox") if no_hand else annotation.get("bbox")
        name = f"{picture.stem}/{annotation.get('id', entry.where)}"
        return Record(
            f"{entry.split}/{name}" if entry.split else name,
            str(picture),
            points[:, :2],
            visibility,
            numbers(box, "bbox", 4) if box else visible_box(points[:, :2], visibility),
            is_left=_is_left(annotation, coco.categories),
            split=entry.split,
            mask=_mask(annotation.get("segmentation"), image),
        )

    def _points(self, annotation: Mapping[str, Any]) -> Any:
        names = self._names or KEYPOINT_NAMES
        if annotation.get("no_hand") is True:
            return np.tile([0.0, 0.0, NO_HAND], (len(names), 1))
        points = numbers(field(annotation, "keypoints"), "keypoints", len(names), 3)
        if names != KEYPOINT_NAMES and set(names) == set(KEYPOINT_NAMES):
            points = points[[names.index(name) for name in KEYPOINT_NAMES]]
        return points

    def _take_names(self, coco: CocoFile) -> None:
        named = (category.get("keypoints") for category in coco.categories)
        lists = (names for names in named if isinstance(names, list) and names)
        names = next((tuple(map(str, names)) for names in lists), KEYPOINT_NAMES)
        if self._names not in (None, names):
            raise FileError(coco.path, "other keypoints than in the other splits")
        self._names = names

    def _files(self) -> list[tuple[str, Path]]:
        """Return the JSON files of the wanted splits."""
        if self.path.is_file():
            if self.split:
                raise DataError(f"{self.path}: one file has no splits; give its folder")
            return [("", self.path)]
        found = [(split, self._split_file(split)) for split in self._wanted_splits()]
        files = [(split, path) for split, path in found if path is not None]
        if not files:
            wanted = " or ".join(f"{split}.json" for split in self._wanted_splits())
            raise DataError(f"{self.path}: no {wanted} in it or in annotations/")
        return files

    def _split_file(self, split: str) -> Path | None:
        names = (f"{split}.json", f"annotations/{split}.json")
        return next((p for n in names if (p := self.path / n).is_file()), None)


def _mask(segmentation: Any, image: Mapping[str, Any]) -> bytes:
    """Draw polygons; run lengths, which COCO has for crowds, give no mask."""
    if not segmentation or not isinstance(segmentation, list):
        return b""
    width, height = (whole(field(image, name), name) for name in ("width", "height"))
    return encode_mask(draw_polygons(segmentation, width, height))


def _is_left(annotation: Mapping[str, Any], categories: list[Mapping[str, Any]]) -> int:
    side = as_is_left(annotation.get("is_left"))
    if side >= 0:
        return side
    category_id = annotation.get("category_id")
    for category in categories:
        if category.get("id") == category_id:
            name = str(category.get("name", "")).lower()
            return 1 if name.startswith("left") else -1 + name.startswith("right")
    return -1
