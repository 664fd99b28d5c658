"""Photos in, what the teacher says of each out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.images import Image, find_images, folder_of, read_image
from handypose_tf.inference.video.video_inputs import is_video, public_name
from handypose_tf.labelling.duplicates import DuplicateFinder, perceptual_hash
from handypose_tf.labelling.photo_log import (
    LOG,
    PhotoLog,
    PhotoResult,
    file_stamp,
)
from handypose_tf.labelling.teacher import Teacher


def find_photos(inputs: Sequence[str | os.PathLike[str]], out: Path) -> list[Path]:
    """Return the photos of files, folders and patterns, each once.

    A folder gives the photos in it and in its sub-folders, by name; data sets among
    them that were labelled before are left out.

    Args:
        inputs: Where to look.
        out: A folder to leave out: that of the result may lie among the photos.

    Raises:
        DataError: If an input does not exist, holds no photo, or is a video or
            standard input.
    """
    found: dict[Path, None] = {}
    for item in inputs:
        _check_kind(os.fspath(item))
        root = folder_of(item)
        if out.resolve() in (place := root.resolve(), *place.parents):
            raise DataError(f"{item}: lies in {out}, which is written; give another")
        images = (path for path in find_images([item], out) if _is_photo(path, root))
        found |= dict.fromkeys(
            root.resolve() / image.relative_to(root) for image in images
        )
    return list(found)


def pending(photos: Iterable[Path], log: PhotoLog) -> list[Path]:
    """Return the photos that the log does not answer for yet.

    A near-duplicate is answered for only as long as the photo it repeats is there.
    """
    photos = list(photos)
    names = {str(photo) for photo in photos}
    results = ((photo, log[photo]) for photo in photos)
    return [
        photo
        for photo, result in results
        if result is None
        or (result.duplicate_of is not None and result.duplicate_of not in names)
    ]


def label_photos(
    photos: Iterable[Path], teacher: Teacher, log: PhotoLog, known: Iterable[Path] = ()
) -> Iterator[PhotoResult]:
    """Label photos one by one; each result is in the log before it is given.

    Args:
        photos: To be labelled.
        teacher: What labels them.
        log: Where the results go.
        known: Photos that the log answers for: near-duplicates of them are left out.
    """
    finder = DuplicateFinder()
    for photo in known:
        result = log[photo]
        if result and result.code and result.duplicate_of is None:
            code = np.frombuffer(bytes.fromhex(result.code), np.uint8)
            finder.add(result.photo, code)
    for photo in photos:
        yield log.add(_label(photo, teacher, finder))


def label_image(
    photo: str,
    stamp: tuple[int, int],
    image: Image,
    teacher: Teacher,
    finder: DuplicateFinder | None = None,
) -> PhotoResult:
    """Label one photo.

    Args:
        photo: Its name in the result.
        stamp: Its length in bytes and its time of change.
        image: `(height, width, 3)` uint8 RGB.
        teacher: What labels it.
        finder: Near-duplicates of what it knows are not labelled; it gets to know
            the others.
    """
    height, width = image.shape[:2]
    code = perceptual_hash(image)
    original = finder.find(code) if finder else None
    if finder and original is None:
        finder.add(photo, code)
    hands = () if original else tuple(teacher.label(image))
    size_and_code = (width, height, code.tobytes().hex())
    return PhotoResult(photo, stamp, *size_and_code, hands, original)


def _label(photo: Path, teacher: Teacher, finder: DuplicateFinder) -> PhotoResult:
    stamp = file_stamp(photo)
    try:
        image = read_image(photo)
    except DataError as error:
        return PhotoResult(str(photo), stamp, error=str(error))
    return label_image(str(photo), stamp, image, teacher, finder)


def _is_photo(image: Path, root: Path) -> bool:
    """Tell whether a picture is no part of a data set that `label` has written."""
    folders = (root / place for place in image.relative_to(root).parents)
    return not any(folder != root and (folder / LOG).is_file() for folder in folders)


def _check_kind(item: str) -> None:
    """Refuse inputs that have no photo to keep beside its labels."""
    if item == "-":
        raise DataError(
            "-: standard input cannot be labelled: photos are kept beside their "
            "labels; give files or folders"
        )
    if is_video(item):
        raise DataError(
            f"{public_name(item)}: a video; only photos are labelled: write frames, as "
            "`ffmpeg -i FILE -vf fps=1 frames/%05d.jpg` does, and give their folder"
        )
