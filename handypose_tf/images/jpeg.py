"""What stands before a JPEG's pixels, and whether a picture's end is there."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO, NamedTuple

JPEG_START = b"\xff\xd8"
JPEG_END = b"\xff\xd9"

#: Start-of-frame markers: SOF0..SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _EXIF = 0xDA, 0xE1
#: Markers without a length: TEM and the restarts.
_BARE = frozenset([0x01, *range(0xD0, 0xD8)])


class JpegHeader(NamedTuple):
    """What was found up to the pixels, or up to where the header is broken.

    Attributes:
        size: Width and height, pixels, before EXIF turning.
        exif: The first EXIF block.
        fault: Why the header ends before the pixels.
    """

    size: tuple[int, int] = (0, 0)
    exif: bytes = b""
    fault: str | None = None


def read_jpeg_header(file: BinaryIO) -> JpegHeader:
    """Walk the segments of a JPEG file; it then is at the pixels."""
    file.seek(len(JPEG_START))
    header = JpegHeader()
    try:
        while (marker := _next_marker(file)) != _SCAN:
            if marker in _BARE:
                continue
            (length,) = struct.unpack(">H", file.read(2))
            data = file.read(length - 2)
            if marker in _FRAMES:
                height, width = struct.unpack(">HH", data[1:5])
                header = header._replace(size=(width, height))
            elif marker == _EXIF and data.startswith(b"Exif\0\0") and not header.exif:
                header = header._replace(exif=data[6:])
    except (struct.error, IndexError):
        header = header._replace(fault="the picture is cut off")
    except ValueError as error:
        header = header._replace(fault=str(error))
    return header


def has_end(file: BinaryIO, mark: bytes) -> bool:
    """Look for the end mark last of all, then anywhere: cameras append films to it.

    It cannot be met by chance: inside a JPEG's pixels 0xFF is always followed by 0 or
    a restart mark, and PNG's mark is its last chunk with the checksum.

    Args:
        file: At the pixels; a header's thumbnail has an end mark of its own.
        mark: Bytes that end the picture.
    """
    pixels = file.tell()
    file.seek(max(pixels, file.seek(0, os.SEEK_END) - len(mark)))
    if file.read() == mark:
        return True
    file.seek(pixels)
    return mark in file.read()


def _next_marker(file: BinaryIO) -> int:
    if file.read(1) != b"\xff":
        raise ValueError("the picture's header is damaged")
    marker = file.read(1)[0]
    while marker == 0xFF:
        marker = file.read(1)[0]
    return marker
