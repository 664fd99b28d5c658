"""COCO-WholeBody: the hands of COCO's people, labelled by people.

PATH is `coco_wholebody_train_v1.0.json` or `..._val_v1.0.json`, or the folder that
holds them (in it or in its `annotations/`) beside `train2017/` and `val2017/` (Jin et
al., "Whole-Body Human Pose Estimation in the Wild", ECCV 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from handypose_tf.data.parsing import field, labelled, numbers
from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.data.readers.coco_file import CocoFile
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record

_SIDES = {"lefthand": 1, "righthand": 0}


class CocoWholeBodyReader(CocoReader):
    """Reads the left and right hands that COCO-WholeBody marks as valid.

    The box is `lefthand_box` or `righthand_box`; visibility may be a fraction.
    """

    format = "coco_wholebody"
    splits: ClassVar = {"train": "train", "val": "val"}

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, path in self._files():
            coco = CocoFile(path, self._pictures(path, split))
            for where, annotation in coco.annotations():
                for side in _sides(annotation):
                    value = coco, annotation, side
                    yield Entry(path, f"{where}.{side}", split, value)

    def _parse(self, entry: Entry) -> Record:
        coco, annotation, side = entry.value
        image = coco.image(annotation)
        picture = coco.picture(image)
        self._check_size(picture, field(image, "width"), field(image, "height"))
        name = f"{side}_kpts"
        points = numbers(field(annotation, name), name, 21, 3)
        return Record(
            f"{picture.stem}/{field(annotation, 'id')}/{side}",
            str(picture),
            points[:, :2],
            labelled(points[:, 2]),
            numbers(field(annotation, f"{side}_box"), f"{side}_box", 4),
            is_left=_SIDES[side],
            split=entry.split,
            image_id=image["id"],
        )

    def _split_file(self, split: str) -> Path | None:
        name = f"coco_wholebody_{split}_v1.0.json"
        names = (name, f"annotations/{name}")
        return next((p for n in names if (p := self.path / n).is_file()), None)

    def _pictures(self, path: Path, split: str) -> Path | None:
        """Return COCO's picture folder of a split, near the JSON or in `images=`."""
        roots = [self.images] if self.images else [path.parent, path.parent.parent]
        splits = [split] if split else list(self.splits)
        folders = [
            root / f"{s}2017" for root in roots for s in splits if s in path.name
        ]
        return next((folder for folder in folders if folder.is_dir()), self.images)


def _sides(annotation: Any) -> list[str]:
    """Return the annotated hands of a person; of what is no person, to be refused."""
    if not isinstance(annotation, Mapping):
        return ["lefthand"]
    return [side for side in _SIDES if annotation.get(f"{side}_valid")]
