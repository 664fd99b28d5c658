"""COCO keypoints: one JSON of images, annotations and categories.

PATH is the JSON, or a folder with `train.json`, `val.json`, `test.json` (in it or in
its `annotations/`), or as CVAT and Roboflow lay them out. Pictures are looked for in
`images/` beside the JSON, then in the JSON's folder, or in `images=` (`--images`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.credits import DataCredits
from handypose_tf.data.parsing import (
    FileError,
    as_is_left,
    field,
    id_key,
    labelled,
    numbers,
    whole,
)
from handypose_tf.data.polygons import draw_polygons, encode_mask
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.coco_categories import CocoCategories, Names
from handypose_tf.data.readers.coco_file import CocoFile
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import (
    NO_HAND,
    Problem,
    Record,
    RecordError,
    visible_box,
)
from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.hand import KEYPOINT_NAMES

#: Roboflow's folders, where they are not called like the split.
_ROBOFLOW = {"val": "valid"}


class CocoReader(Reader):
    """Reads COCO keypoints: 21, unless a category names another set of points.

    Hands are the annotations of categories with points (see `CocoCategories`); boxes
    alone are passed. The visibility flags 1 (hidden) and 2 (visible) both become 1,
    fractions stay. The box is `bbox`, else the tight box of the labelled points.
    `is_left` is a field of that name, or told by the word in the category's name. Where
    a category names the same joints in another order, they are put into the first's,
    or the canonical one. Polygons in `segmentation` become the mask of the hand. An
    annotation with `"no_hand": true` is a `bbox` without one; it needs no keypoints.
    """

    format = "coco"
    splits: ClassVar = {"train": "train", "val": "val", "test": "test"}
    file_suffixes: ClassVar = (".json",)

    _names: Names | None = None
    _skeleton: tuple[tuple[int, int], ...] = ()
    _credits: DataCredits = DataCredits()

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """Names out of the first category of hands, in the records' order."""
        self.index()
        return self._names or KEYPOINT_NAMES

    @property
    def skeleton(self) -> tuple[tuple[int, int], ...]:
        """Bones of the first category of hands; the hand's own for its 21 points."""
        return super().skeleton or self._skeleton

    @property
    def credits(self) -> DataCredits:
        """What the files state of licences and of who labelled them."""
        self.index()
        return self._credits

    def crowds(self) -> dict[str, FloatArray]:
        """Return the boxes of hands marked with `iscrowd`, which are no records.

        Returns:
            Picture file to boxes `(num_boxes, 4)`.

        Raises:
            DataError: If one has no box or no picture.
        """
        found: dict[str, FloatArray] = {}
        for _, path in self._files():
            try:
                crowds = CocoFile(path, self.images).crowds()
            except RecordError as error:
                raise DataError(
                    f"{path}: an annotation with iscrowd: {error}"
                ) from error
            found |= {name: np.array(boxes) for name, boxes in crowds.items()}
        return found

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, path in self._files():
            coco = CocoFile(path, self.images)
            categories = CocoCategories(coco)
            self._credits += coco.credits
            if self._names is None:
                self._skeleton = categories.skeleton
            self._take_names(path, categories.names)
            for where, annotation in coco.annotations():
                if categories.has_hand(annotation):
                    yield Entry(path, where, split, (coco, categories, annotation))

    def _parse(self, entry: Entry) -> Record:
        coco, categories, annotation = entry.value
        image = coco.image(annotation)
        picture = coco.picture(image)
        if image.get("width") and image.get("height"):
            self._check_size(picture, image["width"], image["height"])
        points = self._points(annotation, categories)
        visibility = labelled(points[:, 2])
        no_hand = annotation.get("no_hand") is True
        box = field(annotation, "bbox") if no_hand else annotation.get("bbox")
        number = id_key(annotation.get("id"))
        name = f"{picture.stem}/{number or entry.where}"
        return Record(
            f"{entry.split}/{name}" if entry.split else name,
            str(picture),
            points[:, :2],
            visibility,
            numbers(box, "bbox", 4) if box else visible_box(points[:, :2], visibility),
            is_left=_is_left(annotation, categories),
            split=entry.split,
            mask=_mask(annotation.get("segmentation"), image),
            image_id=image["id"],
            annotation_id=annotation["id"] if number else None,
        )

    def _why_none(self) -> str:
        counts: Counter[str] = Counter()
        for _, path in self._files():
            counts += CocoFile(path).passed()
        if not counts:
            return "the file has no annotations"
        listed = ", ".join(f"{count} {what}" for what, count in counts.items())
        return f"of its annotations: {listed}"

    def _points(
        self, annotation: Mapping[str, Any], categories: CocoCategories
    ) -> FloatArray:
        wanted = self._names or KEYPOINT_NAMES
        if annotation.get("no_hand") is True:
            return np.tile([0.0, 0.0, NO_HAND], (len(wanted), 1))
        names = categories.names_of(annotation)
        points = numbers(field(annotation, "keypoints"), "keypoints", len(names), 3)
        if names != wanted and set(names) == set(wanted):
            points = points[[names.index(name) for name in wanted]]
        return points

    def _take_names(self, path: Path, names: Names) -> None:
        """Keep the first file's names; the canonical ones in their own order."""
        if set(names) == set(KEYPOINT_NAMES):
            names = KEYPOINT_NAMES
        self._names = self._names or names
        if set(self._names) != set(names):
            raise FileError(path, "other keypoints than in the other splits")

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
        names = (
            f"{split}.json",
            f"annotations/{split}.json",
            f"annotations/person_keypoints_{split}.json",
            f"{_ROBOFLOW.get(split, split)}/_annotations.coco.json",
        )
        return next((p for n in names if (p := self.path / n).is_file()), None)


def _mask(segmentation: Any, image: Mapping[str, Any]) -> bytes:
    """Draw polygons; run lengths, which COCO has for crowds, give no mask.

    An empty polygon, which some tools write for none, is none.
    """
    polygons = segmentation if isinstance(segmentation, list) else []
    polygons = [polygon for polygon in polygons if polygon != []]
    if not polygons:
        return b""
    width, height = (whole(field(image, name), name) for name in ("width", "height"))
    return encode_mask(draw_polygons(polygons, width, height))


def _is_left(annotation: Mapping[str, Any], categories: CocoCategories) -> int:
    side = as_is_left(annotation.get("is_left"))
    return side if side >= 0 else categories.side_of(annotation)
