"""Where frames come from: a video file, a sequence of pictures, a camera."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.files.file_kind import NUM_START, file_kind, why_unreadable
from handypose_tf.files.native_path import native_path
from handypose_tf.images import Image, read_image
from handypose_tf.images.gif import with_times
from handypose_tf.inference.video.moving_picture import MOVING_KINDS, MovingPicture
from handypose_tf.inference.video.video_inputs import is_address, public_name

#: Frames a second where a video or camera does not tell.
DEFAULT_FPS = 30.0

#: More is no rate of frames but a unit of time, as browsers' recorders tell it.
_MOST_FPS = 300.0

#: So many frames in a row that cannot be read are the end.
_MOST_FAILURES = 30


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

    @property
    def duration(self) -> float | None:
        """Seconds in all, as far as the source knows."""

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames; what was opened is closed at the end."""


class VideoFile:
    """A video or stream that OpenCV can read, turned as the file says.

    Frames keep their own times, so the rate may vary.

    Args:
        path: The file, or the address of a stream.

    Raises:
        DataError: If OpenCV cannot open it, or, when frames are asked for, not decode
            any of them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        address = os.fspath(path)
        self.name = public_name(address) if is_address(path) else address
        if not is_address(path) and not Path(path).is_file():
            raise DataError(f"{path}: no such file; check the path")
        self._capture = _open(address)
        if not self._capture.isOpened():
            raise DataError(f"{self.name}: {_why_not_opened(path)}")
        told = _positive(self._capture.get(cv2.CAP_PROP_FPS)) or DEFAULT_FPS
        count = _positive(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.fps = _rate(told)
        self.num_frames = int(count) if count else None
        #: By the file's own words, of whose two numbers the first may be a guess.
        self.duration = count / told if count else None

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames."""
        codec = int(self._capture.get(cv2.CAP_PROP_FOURCC))
        seconds, is_read = -1.0, False
        for index, image in enumerate(_read_all(self._capture)):
            told = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # What has no time of its own comes one frame after the one before.
            has_time = image is not None and max(seconds, 0) < told < math.inf
            following = seconds + 1 / self.fps if index else 0.0
            seconds = told if has_time else following
            is_read = is_read or image is not None
            yield Frame(index, seconds, image)
        if not is_read:
            raise DataError(f"{self.name}: {_why_not_decoded(codec)}")


def _open(path: str) -> cv2.VideoCapture | MovingPicture:
    if is_address(path):
        return cv2.VideoCapture(path.encode("utf-8", "replace").decode())
    if _kind(path) in MOVING_KINDS:
        return MovingPicture(path)
    with _timed(path) as timed, native_path(timed) as name:
        return cv2.VideoCapture(name)


def _kind(path: str) -> str | None:
    """Return what a file is; its ending may be wrong."""
    try:
        with open(path, "rb") as file:
            return file_kind(file.read(NUM_START))
    except OSError as error:
        raise DataError(f"{path}: cannot read: {error.strerror or error}") from error


@contextmanager
def _timed(path: str) -> Iterator[str]:
    """Give a file whose frames have times: the file itself, or a GIF's copy."""
    data = with_times(Path(path).read_bytes()) if _kind(path) == "GIF" else None
    if data is None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "timed.gif")
        copy.write_bytes(data)
        yield os.fspath(copy)


def _why_not_opened(path: str | os.PathLike[str]) -> str:
    if is_address(path):
        return (
            "OpenCV cannot open this address; check it and the network, or fetch the "
            "file first"
        )
    reason = why_unreadable(path)
    if reason is not None and not reason.endswith("a video"):
        return reason
    return (
        "OpenCV cannot read this video; convert it, for example with "
        "`ffmpeg -i FILE out.mp4`"
    )


def _why_not_decoded(codec: int) -> str:
    """Return why no frame of an opened video could be read."""
    letters = (codec & 0xFFFFFFFF).to_bytes(4, "little").decode("latin-1").strip()
    if letters.lower() == "av01":
        return (
            "the video is AV1, which OpenCV as installed by pip does not decode; "
            "convert it: `ffmpeg -i FILE -c:v libx264 out.mp4`"
        )
    return (
        "no frame can be read; the file is broken, or OpenCV does not decode its "
        f"codec {letters!r}; convert it: `ffmpeg -i FILE -c:v libx264 out.mp4`"
    )


class PictureSequence:
    """Pictures that are the frames of one video.

    Args:
        paths: In their order.
        fps: Frames a second.
    """

    def __init__(self, paths: Sequence[Path], fps: float = DEFAULT_FPS) -> None:
        self._paths = paths
        self.fps = fps
        self.name = os.fspath(paths[0].parent)
        self.num_frames = len(paths)
        self.duration = len(paths) / fps

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

    num_frames = duration = None

    def __init__(self, number: int) -> None:
        self.name = f"camera {number}"
        self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise DataError(
                f"camera {number} cannot be opened; check that it is connected, that "
                "no other program has it, and on Linux that you may read "
                f"/dev/video{number}"
            )
        self.fps = _rate(_positive(self._capture.get(cv2.CAP_PROP_FPS)))

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames until the camera gives none."""
        start = time.monotonic()
        for index, image in enumerate(_read_all(self._capture)):
            yield Frame(index, time.monotonic() - start, image)


def _read_all(capture: cv2.VideoCapture | MovingPicture) -> Iterator[Image | None]:
    """Read to the end; `None` for what cannot be decoded but is followed by more."""
    num_failures = 0
    try:
        while num_failures < _MOST_FAILURES:
            is_read, bgr = capture.read()
            if not is_read or bgr is None:
                num_failures += 1
                continue
            yield from [None] * num_failures
            num_failures = 0
            yield cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    finally:
        capture.release()


def _rate(told: float | None) -> float:
    """Return frames a second, where what is told can be such a rate."""
    return told if told is not None and told <= _MOST_FPS else DEFAULT_FPS


def _positive(value: float) -> float | None:
    return value if value > 0 else None
