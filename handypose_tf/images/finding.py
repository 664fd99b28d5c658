"""Files, folders and patterns in, picture files out."""

from __future__ import annotations

import glob
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from handypose_tf.errors import DataError
from handypose_tf.images.reading import IMAGE_SUFFIXES, STANDARD_INPUT, PathLike
from handypose_tf.images.several import moves

#: Endings by which a file is taken for a video.
VIDEO_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"),
    *(".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".3gp"),
)

#: Endings of pictures and videos that are not looked for in folders.
_PASSED_SUFFIXES = (
    *(".heic", ".heif", ".avif", ".gif", ".jxl"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw"),
    *VIDEO_SUFFIXES,
)


def find_images(
    inputs: Iterable[PathLike], leave_out: PathLike | None = None
) -> list[Path]:
    """Expand files, folders, glob patterns and `-`, standard input, into picture files.

    The order is that of the inputs, within a folder or pattern that of the names; a
    file named twice comes once. A folder gives the pictures in it and in its
    sub-folders, hidden ones apart. What moves is passed with a warning, as videos are:
    it is no one picture. A file that is named outright is taken as it is.

    Args:
        inputs: What to expand.
        leave_out: A folder that no folder's pictures are taken from: that of the
            results may lie among the photos.

    Raises:
        DataError: If an input does not exist or holds no picture.
    """
    left_out = None if leave_out is None else Path(leave_out).resolve()
    found = (path for item in inputs for path in _expand(os.fspath(item), left_out))
    return list(dict.fromkeys(found))


def folder_of(item: PathLike) -> Path:
    """Return the folder that an input's pictures lie in or below: itself, if it is one.

    Args:
        item: A file, folder or pattern.
    """
    path = Path(item)
    if path.is_dir():
        return path
    if path.exists() or not glob.has_magic(os.fspath(item)):
        return path.parent
    return next(parent for parent in path.parents if not glob.has_magic(str(parent)))


def _expand(item: str, left_out: Path | None) -> list[Path]:
    if not item:
        raise DataError("an input is empty; is a shell variable not set?")
    path = Path(STANDARD_INPUT if item == "-" else item)
    if path.is_dir():
        return _of_folder(path, left_out)
    if path.exists() or not glob.has_magic(item):
        if not path.exists():
            raise DataError(f"{item}: no such file or folder; check the path")
        return [path]
    matches = [Path(match) for match in glob.glob(item, recursive=True)]
    files = sorted(match for match in matches if match.is_file())
    if not files:
        raise DataError(f"{item}: no file matches this pattern; check it")
    return files


def _of_folder(folder: Path, left_out: Path | None) -> list[Path]:
    names = sorted(_names(folder, left_out))
    pictures = [path for path in names if path.suffix.lower() in IMAGE_SUFFIXES]
    files = [path for path in pictures if not moves(path)]
    passed = _count_passed(names, len(pictures) - len(files))
    if not files:
        raise DataError(
            f"{folder}: no pictures in this folder that are read"
            f"{f' ({passed})' * bool(passed)}; check the path"
        )
    if passed:
        warnings.warn(f"{folder}: passed: {passed}", stacklevel=4)
    return files


def _names(folder: Path, left_out: Path | None) -> Iterator[Path]:
    """Give all files of a folder and its sub-folders, hidden ones apart."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != left_out
        ]
        yield from (here / name for name in files if not name.startswith("."))


def _count_passed(files: Iterable[Path], num_moving: int) -> str:
    """Return how many files there are of each kind that is not read, in words."""
    suffixes = [file.suffix.lower() for file in files]
    counts = Counter(s for s in suffixes if s in _PASSED_SUFFIXES)
    words = [f"{count} {suffix}" for suffix, count in sorted(counts.items())]
    moving = "pictures that move" if num_moving > 1 else "picture that moves"
    return ", ".join([*words, *[f"{num_moving} {moving}"] * bool(num_moving)])
