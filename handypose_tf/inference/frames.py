"""Where frames come from: a video file, a sequence of pictures, a camera."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.images import Image, read_image

#: Endings by which a file is taken for a video.
VIDEO_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"),
    *(".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".3gp"),
)

#: Frames a second where a video or camera does not tell.
DEFAULT_FPS = 30.0

#: So many frames in a row that cannot be read are the end.
_MOST_FAILURES = 30


def is_video(path: str | os.PathLike[str]) -> bool:
    """Tell by its ending whether a file is a video."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a source.

    Attributes:
        index: From 0; frames that cannot be read count.
        seconds: From the start of the source.
        image: `(height, width, 3)` uint8 RGB; `None` if it cannot be read.
        path: Of the picture, in a sequence.
    """

    index: int
    seconds: float
    image: Image | None
    path: Path | None = None


class FrameSource(Protocol):
    """A video, to be gone through once."""

    @property
    def name(self) -> str:
        """What the video is called in results."""

    @property
    def fps(self) -> float:
        """Frames a second."""

    @property
    def num_frames(self) -> int | None:
        """Frames in all, as far as the source knows."""

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames; what was opened is closed at the end."""


class VideoFile:
    """A video that OpenCV can read, turned as the file says.

    Args:
        path: The file.

    Raises:
        DataError: If OpenCV cannot open it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = os.fspath(path)
        if not Path(path).is_file():
            raise DataError(f"{path}: no such file; check the path")
        self._capture = cv2.VideoCapture(self.name)
        if not self._capture.isOpened():
            raise DataError(
                f"{path}: OpenCV cannot read this video; convert it, for example with "
                "`ffmpeg -i FILE out.mp4`"
            )
        self.fps = _positive(self._capture.get(cv2.CAP_PROP_FPS)) or DEFAULT_FPS
        count = _positive(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.num_frames = int(count) if count else None

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames."""
        seconds = -1.0
        for index, image in enumerate(_read_all(self._capture)):
            told = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            is_good = image is not None and told > seconds
            seconds = told if is_good else index / self.fps
            yield Frame(index, seconds, image)


class PictureSequence:
    """Pictures that are the frames of one video.

    Args:
        paths: In their order.
        fps: Frames a second.
        name: What the video is called; by default the first picture's folder.
    """

    def __init__(
        self, paths: Sequence[Path], fps: float = DEFAULT_FPS, name: str | None = None
    ) -> None:
        self._paths = paths
        self.fps = fps
        self.name = name or os.fspath(paths[0].parent)
        self.num_frames = len(paths)

    def __iter__(self) -> Iterator[Frame]:
        """Read one picture after the other."""
        for index, path in enumerate(self._paths):
            try:
                image = read_image(path)
            except DataError:
                image = None
            yield Frame(index, index / self.fps, image, path)


class Camera:
    """A camera, whose frames have the time of a clock.

    Args:
        number: 0 is the first one.

    Raises:
        DataError: If OpenCV cannot open it.
    """

    num_frames = None

    def __init__(self, number: int) -> None:
        self.name = f"camera {number}"
        self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise DataError(
                f"camera {number} cannot be opened; check that it is connected, that "
                "no other program has it, and on Linux that you may read "
                f"/dev/video{number}"
            )
        self.fps = _positive(self._capture.get(cv2.CAP_PROP_FPS)) or DEFAULT_FPS

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames until the camera gives none."""
        start = time.monotonic()
        for index, image in enumerate(_read_all(self._capture)):
            yield Frame(index, time.monotonic() - start, image)


def _read_all(capture: cv2.VideoCapture) -> Iterator[Image | None]:
    """Read to the end; `None` for what cannot be decoded but is followed by more."""
    num_failures = 0
    try:
        while num_failures < _MOST_FAILURES:
            is_read, bgr = capture.read()
            if not is_read:
                num_failures += 1
                continue
            yield from [None] * num_failures
            num_failures = 0
            yield cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    finally:
        capture.release()


def _positive(value: float) -> float | None:
    return value if value > 0 else None
