"""Which inputs are videos: by ending, address, or, for pictures, by their frames."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from handypose_tf.images import IMAGE_SUFFIXES
from handypose_tf.images.finding import VIDEO_SUFFIXES
from handypose_tf.images.several import moves

_ADDRESS = re.compile(r"(rtsps?|rtmps?|https?|udp|rtp|srt)://", re.IGNORECASE)


def is_address(item: str | os.PathLike[str]) -> bool:
    """Tell whether an input is a stream's address and no file."""
    return _ADDRESS.match(os.fspath(item)) is not None


def is_video(item: str | os.PathLike[str]) -> bool:
    """Tell whether an input is a video: by address, ending, or a picture that moves.

    Whether a picture moves is told by what it holds, whatever its ending.
    """
    has_ending = Path(item).suffix.lower() in VIDEO_SUFFIXES
    return is_address(item) or has_ending or moves(item)


def expand_videos(inputs: Iterable[str]) -> list[str]:
    """Put the videos of folders and patterns in their place, where they hold no others.

    A folder with pictures in it that do not move is left to be a folder of pictures.
    """
    return [path for item in inputs for path in _expand(item)]


def public_name(address: str) -> str:
    """Return an address without the user and password in it."""
    return re.sub(r"//[^/@]*@", "//", address, count=1)


def stream_name(address: str) -> str:
    """Return what a file of a stream is called: its path's last part, else its host."""
    parts = urlsplit(public_name(address))
    name = Path(parts.path).name or parts.hostname or "stream"
    return re.sub(r"[^\w.-]", "_", name)


def _expand(item: str) -> list[str]:
    path = Path(item)
    if is_address(item):
        return [item]
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if not f.name.startswith("."))
        if any(map(_is_still, files)):
            return [item]
        return [os.fspath(f) for f in files if is_video(f)] or [item]
    if path.exists() or not glob.has_magic(item):
        return [item]
    found = sorted(f for f in glob.glob(item, recursive=True) if os.path.isfile(f))
    return found if found and all(map(is_video, found)) else [item]


def _is_still(file: Path) -> bool:
    return file.suffix.lower() in IMAGE_SUFFIXES and not moves(file)
