"""One annotation file in COCO's form: its images, annotations and categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from handypose_tf.data.parsing import (
    FileError,
    field,
    inside,
    read_json,
    rows,
)
from handypose_tf.data.sample import RecordError


class CocoFile:
    """A COCO JSON, read whole.

    Args:
        path: The JSON.
        images: Folder of the pictures; `images/` beside the JSON, else the JSON's own
            folder, if `None`.

    Raises:
        FileError: If the JSON is missing, cut off or of another form.
    """

    def __init__(self, path: Path, images: Path | None = None) -> None:
        """Read the file and index its images."""
        self.path = path
        content = read_json(path)
        self._annotations = rows(content, "annotations", path)
        self._images = _by_id(rows(content, "images", path), path)
        categories = content.get("categories")
        categories = categories if isinstance(categories, list) else []
        self.categories: list[Mapping[str, Any]] = [
            category for category in categories if isinstance(category, Mapping)
        ]
        beside = path.parent / "images"
        self.root = images or (beside if beside.is_dir() else path.parent)

    def annotations(self) -> Iterator[tuple[str, Any]]:
        """Give each annotation with its place in the file; crowds are left out."""
        for number, annotation in enumerate(self._annotations):
            if not (isinstance(annotation, Mapping) and annotation.get("iscrowd")):
                yield f"annotations[{number}]", annotation

    def image(self, annotation: Any) -> Mapping[str, Any]:
        """Return the image that an annotation belongs to.

        Raises:
            RecordError: If the file has no image of that id.
        """
        image_id = field(annotation, "image_id")
        if not isinstance(image_id, (int, str)) or image_id not in self._images:
            raise RecordError("bad_structure", f"no image has the id {image_id!r}")
        return self._images[image_id]

    def picture(self, image: Mapping[str, Any]) -> Path:
        """Return the picture file of an image.

        Raises:
            RecordError: If its name leads out of the picture folder.
        """
        return inside(self.root, field(image, "file_name"))


def _by_id(images: Sequence[Any], path: Path) -> dict[Any, Mapping[str, Any]]:
    result: dict[Any, Mapping[str, Any]] = {}
    for number, image in enumerate(images):
        if not (isinstance(image, Mapping) and isinstance(image.get("id"), (int, str))):
            raise FileError(path, f"images[{number}] has no `id`")
        if image["id"] in result:
            raise FileError(path, f"two images have the id {image['id']!r}")
        result[image["id"]] = image
    return result
