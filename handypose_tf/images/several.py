"""Picture files that hold several pictures: those that move, and those with pages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from handypose_tf.images.gif import num_frames

#: More than a PNG has before it says whether it moves, but for outsize profiles.
_START_BYTES = 2**16

#: Enough to tell a format.
_FIRST_BYTES = 32

_PNG_START = b"\x89PNG\r\n\x1a\n"

#: Of a WebP file: where its flags are, and the one of animations.
_WEBP_FLAGS, _WEBP_MOVES = 20, 0x02

#: Tag of a TIFF picture's kind, and the kind of a thumbnail.
_TIFF_KIND, _TIFF_THUMBNAIL = 254, 1


def moves(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a picture that moves; most are told by their start."""
    try:
        if not Path(path).is_file():  # what a pipe gives is gone then
            return False
        with open(path, "rb") as file:
            data = file.read(_FIRST_BYTES)
            if data.startswith(b"GIF8") or _is_webp_that_may_move(data):
                data += file.read()
            elif data.startswith(_PNG_START):
                data += file.read(_START_BYTES)
    except OSError:
        return False
    return has_frames(data)


def has_frames(data: bytes) -> bool:
    """Tell whether a file moves: GIF, WebP, PNG or AVIF.

    Args:
        data: The whole file.
    """
    if data.startswith(b"GIF8"):
        return num_frames(data) > 1
    if _is_webp_that_may_move(data):
        return data.count(b"ANMF") > 1
    if data.startswith(_PNG_START):
        return _png_frames(data) > 1
    return data[4:12] == b"ftypavis"


def has_pages(data: bytes) -> bool:
    """Tell whether a file is a TIFF with a second page that is no thumbnail.

    Args:
        data: The whole file.
    """
    if data[:4] not in (b"II*\0", b"MM\0*"):
        return False
    order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"

    def number(place: int, size: int) -> int:
        return int.from_bytes(data[place : place + size], order)

    first = number(4, 4)
    second = number(first + 2 + 12 * number(first, 2), 4)
    if not 0 < second < len(data):
        return False
    entries = (second + 2 + 12 * i for i in range(number(second, 2)))
    kinds = [number(e + 8, 4) for e in entries if number(e, 2) == _TIFF_KIND]
    return not any(kind & _TIFF_THUMBNAIL for kind in kinds)


def _is_webp_that_may_move(data: bytes) -> bool:
    """Tell whether a file is a WebP that is marked as moving, of one frame perhaps."""
    flags = data[_WEBP_FLAGS : _WEBP_FLAGS + 1] or b"\0"
    is_webp = data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X"
    return is_webp and bool(flags[0] & _WEBP_MOVES)


def _png_frames(data: bytes) -> int:
    """Return the frames that a PNG names before its pixels."""
    position = len(_PNG_START)
    while position + 12 <= len(data):
        kind = data[position + 4 : position + 8]
        if kind == b"acTL":
            return int.from_bytes(data[position + 8 : position + 12], "big")
        if kind == b"IDAT":
            break
        position += 12 + int.from_bytes(data[position : position + 4], "big")
    return 1
