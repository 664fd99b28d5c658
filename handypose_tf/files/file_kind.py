"""What a file is by its first bytes, or a `.keras` file by its description."""

from __future__ import annotations

import json
import os
import zipfile
from typing import Any

#: Class of the model of a detector's `.keras` file.
DETECTOR_CLASS = "HandyPoseDetector"

#: Bytes that tell what a file is.
NUM_START = 64

#: Four letters behind `ftyp` in an ISO media file: pictures, all others are videos.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")

#: First bytes -> what the file is, and what helps.
_STARTS = {
    b"version https://git-lfs": "a Git LFS pointer, not the file; run git lfs pull",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"\xff\xd8": "JPEG",
    b"\x89PNG": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive; unpack it",
    b"\x1f\x8b": "a gzip archive; unpack it",
    b"\x1aE\xdf\xa3": "a video",
    b"<svg": "an SVG drawing",
    b"<!doctype html": "a web page, not the file that it links to",
    b"<html": "a web page, not the file that it links to",
}


def file_kind(data: bytes) -> str | None:
    """Return what a file is, in words; `None` if that is not known.

    Args:
        data: Its first `NUM_START` bytes or more.
    """
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "HEIC" if brand in _HEIC else "AVIF" if brand in _AVIF else "a video"
    if data[:4] == b"RIFF":
        return "WebP" if data[8:12] == b"WEBP" else "a video"
    text = data[:64].lstrip().lower()
    for start, kind in _STARTS.items():
        if data.startswith(start) or (start[:1] == b"<" and text.startswith(start)):
            return kind
    return None


def why_unreadable(path: str | os.PathLike[str]) -> str | None:
    """Return what is plainly wrong with a file that cannot be used; `None`: nothing."""
    try:
        with open(path, "rb") as file:
            start = file.read(NUM_START)
    except OSError:
        return None
    if not start:
        return "the file is empty; fetch it again"
    kind = file_kind(start)
    return f"the file is {kind}" if kind and kind.startswith("a") else None


def keras_class(path: str | os.PathLike[str]) -> str:
    """Return the class of a `.keras` file's model; empty if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return described_class(json.loads(archive.read("config.json")))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return ""


def described_class(description: Any) -> str:
    """Return the class of the model that a file's `config.json` describes."""
    is_object = isinstance(description, dict)
    if not (is_object and isinstance(description.get("config"), dict)):
        return "description without a config"
    name = description.get("registered_name") or description.get("class_name", "?")
    return str(name).removeprefix("handypose_tf>")
