"""Labelled hands as a COCO-keypoints data set: JSON files and `images/`."""

from __future__ import annotations

import filecmp
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.files import write_bytes, write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import tight_box
from handypose_tf.images import folder_of, read_image, write_image
from handypose_tf.images.header import (
    BrokenPictureError,
    UnsupportedPictureError,
    read_header,
)
from handypose_tf.labelling.photo_log import PhotoResult
from handypose_tf.labelling.selection import FoundHand

Polygons = list[list[float]]

_DECIMALS = 2


def picture_names(
    results: Iterable[PhotoResult], inputs: Sequence[str | os.PathLike[str]]
) -> dict[str, str]:
    """Return what each photo is called in the data set: folder, then path in it.

    The folder of a file is where it lies, of a pattern where that begins. A second
    folder of the same name gets a number.

    Args:
        results: Of the photos.
        inputs: Where they were found: files, folders, patterns.
    """
    roots: dict[Path, str] = {}
    for folder in (folder_of(item).resolve() for item in inputs):
        name = folder.name or "photos"
        same = sum(root.name == folder.name for root in roots)
        roots.setdefault(folder, f"{name}_{same + 1}" if same else name)
    names = {}
    for result in results:
        photo = Path(result.photo)
        root = next(root for root in roots if root in photo.parents)
        names[result.photo] = f"{roots[root]}/{photo.relative_to(root).as_posix()}"
    return names


def add_photo(
    out: Path, result: PhotoResult, *, name: str, number: int
) -> dict[str, Any]:
    """Copy a photo into the data set's `images/`, unless it is there.

    A photo of a format that training does not decode is written as PNG.

    Args:
        out: Folder of the data set.
        result: Of the photo.
        name: What the photo is called in the data set.
        number: Its `id`.

    Returns:
        Its entry in the labels' file.

    Raises:
        DataError: If the photo cannot be read any more.
        OutputError: If it cannot be written.
    """
    return {
        "id": number,
        "file_name": _copy(Path(result.photo), out / "images", name),
        "width": result.width,
        "height": result.height,
    }


def write_labels(
    path: Path,
    hands: Iterable[FoundHand],
    images: Mapping[str, Mapping[str, Any]],
    info: Mapping[str, Any],
    outlines: Mapping[int, Polygons] | None = None,
) -> Path:
    """Write hands as a COCO file.

    Args:
        path: The file, in the folder of the data set.
        hands: What is kept.
        images: What `add_photo` gave for each of their photos.
        info: Where the labels come from.
        outlines: Of hands, by their id.

    Returns:
        The path of the file.

    Raises:
        OutputError: If it cannot be written.
    """
    outlines = outlines or {}
    by_photo = defaultdict(list)
    for hand in hands:
        by_photo[hand.result.photo].append(_annotation(hand, outlines.get(hand.id)))
    pictures = ((images[photo], own) for photo, own in by_photo.items())
    return write_json(path, coco_content(pictures, info))


def _copy(photo: Path, folder: Path, name: str) -> str:
    """Put a photo into the data set unless it is there; returns its name there."""
    try:
        read_header(photo)
    except UnsupportedPictureError:
        name = f"{name}.png"
        write_image(folder / name, read_image(photo))
        return name
    except (OSError, BrokenPictureError) as error:
        raise DataError(f"{photo}: {error}; run the command again") from error
    target = folder / name
    if not (target.is_file() and filecmp.cmp(photo, target, shallow=False)):
        write_bytes(target, photo.read_bytes())
    return name


def _annotation(hand: FoundHand, outline: Polygons | None) -> dict[str, Any]:
    """Return one hand.

    Points outside the photo, or that looks or teachers disagree on, are not labelled:
    0, 0, 0.
    """
    label, labelled = hand.label, hand.labelled
    rows = np.column_stack([label.keypoints, np.full(len(labelled), 2.0)])
    box = tight_box(label.keypoints, hand.inside)
    annotation = {
        "id": hand.id,
        "iscrowd": 0,
        "bbox": _rounded(box),
        "area": round(float(box[2] * box[3]), _DECIMALS),
        "num_keypoints": int(labelled.sum()),
        "keypoints": _rounded((rows * labelled[:, None]).ravel()),
        "score": round(label.score, 4),
        "disagreement": round(label.disagreement, 4),
    }
    if label.second_keypoints is not None:
        annotation["difference"] = round(label.difference, 4)
    if label.is_left is not None:
        annotation["is_left"] = int(label.is_left)
    if outline is not None:
        annotation["segmentation"] = outline
    return annotation


def _rounded(values: np.ndarray) -> list[float]:
    return np.asarray(values, np.float64).round(_DECIMALS).tolist()
