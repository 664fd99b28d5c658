"""How a picture file wants to be turned: one rule for every format that is read.

OpenCV turns some formats, some only since a version, and none with an alpha channel;
so it is told to turn nothing, and pictures are turned here. TIFF alone is turned by
OpenCV in any case.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from handypose_tf.images.jpeg import JPEG_START, read_jpeg_header

_TAG = 0x0112

#: Orientations that swap rows and columns, then those that mirror left to right and
#: top to bottom after that.
TRANSPOSED = (5, 6, 7, 8)
MIRRORED_X = (2, 3, 6, 7)
MIRRORED_Y = (3, 4, 7, 8)

_PNG_START = b"\x89PNG\r\n\x1a\n"

#: (quarter turns to the left, mirror axis) of an AVIF file to EXIF's number; axis 0
#: swaps top and bottom, 1 left and right, `None` nothing.
_AVIF: dict[tuple[int, int | None], int] = {
    **{(0, None): 1, (1, None): 8, (2, None): 3, (3, None): 6},
    **{(0, 0): 4, (1, 0): 5, (2, 0): 2, (3, 0): 7},
    **{(0, 1): 2, (1, 1): 7, (2, 1): 4, (3, 1): 5},
}


def read_orientation(data: bytes) -> int:
    """Return the EXIF orientation, 1 (upright) to 8, that an encoded picture has.

    Args:
        data: JPEG, PNG, WebP or AVIF; of other formats it is 1.
    """
    try:
        if data.startswith(JPEG_START):
            return exif_orientation(read_jpeg_header(io.BytesIO(data)).exif)
        if data.startswith(_PNG_START):
            return _of_chunks(data, ">I4s", len(_PNG_START), b"eXIf", 4)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _of_chunks(data, "<4sI", 12, b"EXIF", 0)
        if data[4:8] == b"ftyp":
            return _of_avif(data)
    except struct.error:
        pass  # a cut-off file: whoever decodes it says so
    return 1


def exif_orientation(tiff: bytes) -> int:
    """Return the orientation in an EXIF block; 1 where it is absent or senseless."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def turn_upright(image: NDArray, orientation: int) -> NDArray:
    """Turn and mirror a picture `(height, width, ...)` as its orientation says."""
    if orientation in TRANSPOSED:
        image = image.swapaxes(0, 1)
    step_y = -1 if orientation in MIRRORED_Y else 1
    step_x = -1 if orientation in MIRRORED_X else 1
    return np.ascontiguousarray(image[::step_y, ::step_x])


def _of_chunks(data: bytes, head: str, position: int, name: bytes, tail: int) -> int:
    """Return the orientation in the chunk `name` of a PNG or WebP file."""
    while position + 8 <= len(data):
        fields = struct.unpack_from(head, data, position)
        length, found = sorted(fields, key=lambda field: isinstance(field, bytes))
        block = data[position + 8 : position + 8 + length]
        if found == name:
            return exif_orientation(block.removeprefix(b"Exif\0\0"))
        position += 8 + length + tail
        position += length % 2 if tail == 0 else 0  # WebP's chunks are even
    return 1


def _of_avif(data: bytes) -> int:
    """Return how an AVIF file's own properties, not its EXIF block, turn it."""
    turns: int = 0
    axis: int | None = None
    for name, start, end in _boxes(data, 0, len(data)):
        if name != b"meta":
            continue
        properties = [
            inner
            for outer in _boxes(data, start + 4, end)
            if outer[0] == b"iprp"
            for container in _boxes(data, *outer[1:])
            if container[0] == b"ipco"
            for inner in _boxes(data, *container[1:])
        ]
        for kind, place, _ in properties:
            turns = data[place] & 3 if kind == b"irot" else turns
            axis = data[place] & 1 if kind == b"imir" else axis
    return _AVIF[turns, axis]


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Give name, start and end of what is in each box of an ISO media file."""
    while start + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, start)
        if not 8 <= length <= end - start:
            break
        yield name, start + 8, start + length
        start += length
