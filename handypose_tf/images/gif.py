"""GIF files: whether they move, and how long their frames are shown."""

from __future__ import annotations

from collections.abc import Iterator

#: A tenth of a second, as browsers show a frame that names no time.
_DEFAULT_DELAY = b"\x0a\0"

_START = b"GIF8"
_HEADER_BYTES = 13
_FRAME, _EXTENSION = 0x2C, 0x21

#: Label and size of the extension that holds a frame's time, and a whole one.
_CONTROL = b"\xf9\x04"
_NEW_CONTROL = b"\x21" + _CONTROL + b"\0" + _DEFAULT_DELAY + b"\0\0"


def num_frames(data: bytes) -> int:
    """Return how many frames the bytes of a file hold; 0 if it is no GIF."""
    return sum(kind == _FRAME for kind, _ in _parts(data))


def with_times(data: bytes) -> bytes | None:
    """Return a GIF whose frames without a time have one; `None` if all have.

    FFmpeg's reader passes frames that take no time.
    """
    result, copied, has_control = b"", 0, False
    for kind, place in _parts(data):
        if kind == _EXTENSION and data[place + 1 : place + 3] == _CONTROL:
            has_control = True
            if data[place + 4 : place + 6] == b"\0\0":
                result += data[copied : place + 4] + _DEFAULT_DELAY
                copied = place + 6
        if kind == _FRAME:
            if not has_control:
                result += data[copied:place] + _NEW_CONTROL
                copied = place
            has_control = False
    return result + data[copied:] if result else None


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Give kind and place of each frame and extension, as far as the file is whole."""
    if not data.startswith(_START) or len(data) < _HEADER_BYTES:
        return
    position = _HEADER_BYTES + _table_bytes(data[10])
    while position + 9 < len(data) and data[position] in (_FRAME, _EXTENSION):
        yield data[position], position
        if data[position] == _FRAME:
            position += 11 + _table_bytes(data[position + 9])
        else:
            position += 2
        while position < len(data) and data[position]:  # blocks, up to an empty one
            position += 1 + data[position]
        position += 1


def _table_bytes(flags: int) -> int:
    """Return the size of the colour table that follows, by its packed flags."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
