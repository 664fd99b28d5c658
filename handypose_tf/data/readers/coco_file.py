"""One annotation file in COCO's form: its images, annotations and categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from handypose_tf.data.credits import coco_credits
from handypose_tf.data.parsing import (
    FileError,
    field,
    id_key,
    inside,
    numbers,
    read_json,
    rows,
)
from handypose_tf.data.sample import RecordError


class CocoFile:
    """A COCO JSON, read whole.

    Args:
        path: The JSON.
        images: Folder of the pictures; if `None`, each is looked for in `images/`
            beside the JSON, beside it, and where the JSON lies in `annotations/` in
            that folder's `images/` and beside it.

    Raises:
        FileError: If the JSON is missing, cut off or of another form.
    """

    def __init__(self, path: Path, images: Path | None = None) -> None:
        self.path = path
        content = read_json(path)
        self.credits = coco_credits(content)
        self._annotations = rows(content, "annotations", path)
        self._images = _by_id(rows(content, "images", path), path)
        categories = content.get("categories")
        categories = categories if isinstance(categories, list) else []
        self.categories: list[Mapping[str, Any]] = [
            category for category in categories if isinstance(category, Mapping)
        ]
        self._roots = [images] if images else _picture_folders(path)

    def annotations(self) -> Iterator[tuple[str, Any]]:
        """Give each annotation with its place in the file; crowds are left out."""
        for number, annotation in enumerate(self._annotations):
            if not (isinstance(annotation, Mapping) and annotation.get("iscrowd")):
                yield f"annotations[{number}]", annotation

    def passed(self) -> Counter[str]:
        """Count the annotations that are no hands, in a file of no others."""
        return Counter(
            "marked with iscrowd"
            if isinstance(annotation, Mapping) and annotation.get("iscrowd")
            else "without a labelled point, or of another category"
            for annotation in self._annotations
        )

    def crowds(self) -> dict[str, list[Any]]:
        """Return the boxes of what is marked with `iscrowd`, by picture file.

        Raises:
            RecordError: If such an annotation has no box or no image.
        """
        boxes: dict[str, list[Any]] = {}
        for annotation in self._annotations:
            if isinstance(annotation, Mapping) and annotation.get("iscrowd"):
                picture = str(self.picture(self.image(annotation)))
                box = numbers(field(annotation, "bbox"), "bbox", 4)
                boxes.setdefault(picture, []).append(box)
        return boxes

    def image(self, annotation: Any) -> Mapping[str, Any]:
        """Return the image that an annotation belongs to.

        Raises:
            RecordError: If the file has no image of that id.
        """
        image_id = field(annotation, "image_id")
        image = self._images.get(id_key(image_id))
        if image is None:
            raise RecordError("bad_structure", f"no image has the id {image_id!r}")
        return image

    def picture(self, image: Mapping[str, Any]) -> Path:
        """Return the picture file of an image; the first place if there is none.

        Raises:
            RecordError: If its name leads out of the picture folder.
        """
        name = field(image, "file_name")
        places = [place for root in self._roots for place in _places(root, name)]
        return next((place for place in places if place.exists()), places[0])


def _picture_folders(path: Path) -> list[Path]:
    """Return where the pictures of a JSON may lie, the likeliest first."""
    above = [path.parent]
    if path.parent.name == "annotations":
        above.append(path.parent.parent)
    folders = [f for root in above for f in (root / "images", root) if f.is_dir()]
    return folders or [path.parent]


def _places(root: Path, name: Any) -> Iterator[Path]:
    """Give where a picture may lie in a folder that its name may begin with."""
    yield inside(root, name)
    first, _, rest = name.replace("\\", "/").partition("/")
    if rest and first == root.name:
        yield root / rest


def _by_id(images: Sequence[Any], path: Path) -> dict[str | None, Mapping[str, Any]]:
    result: dict[str | None, Mapping[str, Any]] = {}
    for number, image in enumerate(images):
        key = id_key(image.get("id")) if isinstance(image, Mapping) else None
        if key is None:
            raise FileError(path, f"images[{number}] has no `id`")
        if key in result:
            raise FileError(path, f"two images have the id {image['id']!r}")
        result[key] = image
    return result
