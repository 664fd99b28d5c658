"""Size, orientation and wholeness of a picture file, without decoding it.

JPEG and PNG only: what TensorFlow decodes everywhere, and what the data sets hold.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from handypose_tf.files.file_kind import NUM_START, file_kind
from handypose_tf.images.jpeg import JPEG_END, JPEG_START, has_end, read_jpeg_header
from handypose_tf.images.orientation import TRANSPOSED, exif_orientation

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"

#: Other formats, for the message alone.
_OTHER_FORMATS = ("GIF", "BMP", "WebP", "TIFF", "HEIC", "AVIF", "JPEG XL")


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a picture file says of itself.

    Attributes:
        width: Pixels, after EXIF turning.
        height: Pixels, after EXIF turning.
        orientation: EXIF orientation, 1 (upright) to 8.
        has_alpha: Whether there is transparency.
    """

    width: int
    height: int
    orientation: int = 1
    has_alpha: bool = False


class BrokenPictureError(ValueError):
    """The file is empty, cut off or no picture."""


class UnsupportedPictureError(ValueError):
    """The file is a picture, in a format that the training input does not decode."""


def read_header(path: str | os.PathLike[str]) -> PictureHeader:
    """Look at a JPEG or PNG file's header and end.

    Raises:
        FileNotFoundError: If there is no such file.
        BrokenPictureError: If the file is empty, cut off or no picture.
        UnsupportedPictureError: If it is a picture of another format.
    """
    with open(path, "rb") as file:
        start = file.read(NUM_START)
        file.seek(len(_PNG_START))
        try:
            if start.startswith(_PNG_START):
                return _read_png(file)
            if start.startswith(JPEG_START):
                return _read_jpeg(file)
        except (struct.error, IndexError) as error:
            raise BrokenPictureError("the picture is cut off") from error
    raise _no_picture(start)


def _no_picture(start: bytes) -> ValueError:
    if not start:
        return BrokenPictureError("the file is empty")
    kind = file_kind(start)
    if kind in _OTHER_FORMATS:
        return UnsupportedPictureError(
            f"{kind} is not read in training; convert it to JPEG or PNG"
        )
    return BrokenPictureError(f"not a picture{f' but {kind}' if kind else ''}")


def _read_png(file: BinaryIO) -> PictureHeader:
    """Walk the chunks up to the pixels, then look for the end mark."""
    size, orientation, has_alpha = (0, 0), 1, False
    while True:
        length, name = struct.unpack(">I4s", file.read(8))
        if name in (b"IDAT", b"IEND"):
            break
        data = file.read(length) if name in (b"IHDR", b"eXIf") else b""
        if name == b"IHDR":
            size, has_alpha = struct.unpack(">II", data[:8]), data[9] in (4, 6)
        elif name == b"eXIf":
            orientation = exif_orientation(data.removeprefix(b"Exif\0\0"))
        has_alpha |= name == b"tRNS"
        file.seek(length + 4 - len(data), os.SEEK_CUR)
    _check_end(file, _PNG_END)
    return _header(*size, orientation, has_alpha)


def _read_jpeg(file: BinaryIO) -> PictureHeader:
    size, exif, fault = read_jpeg_header(file)
    if fault:
        raise BrokenPictureError(fault)
    _check_end(file, JPEG_END)
    return _header(*size, exif_orientation(exif), False)


def _check_end(file: BinaryIO, mark: bytes) -> None:
    if not has_end(file, mark):
        raise BrokenPictureError("the picture is cut off")


def _header(
    width: int, height: int, orientation: int, has_alpha: bool
) -> PictureHeader:
    if not (width and height):
        raise BrokenPictureError("the picture has no size")
    if orientation in TRANSPOSED:
        width, height = height, width
    return PictureHeader(width, height, orientation, has_alpha)
