"""Annotated videos and pictures, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
from numpy.typing import NDArray

from handypose_tf.errors import OutputError
from handypose_tf.files import whole_file
from handypose_tf.files.native_path import native_path
from handypose_tf.hand import BONES
from handypose_tf.images import write_image
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.video.tracked_frames import TrackedFrame

#: MPEG-4 part 2 in an MP4 file: in every OpenCV of the Python package index.
_CODEC, VIDEO_SUFFIX = "mp4v", ".mp4"

#: Seconds that one frame is shown at most.
_LONGEST_PAUSE = 60.0

#: Of a frame: times are rounded to milliseconds in files.
_TOLERANCE = 0.1


class AnnotatedVideo:
    """Draws hands on frames and writes them as a video, without sound.

    The rate of what is written is fixed: a frame is repeated until the time of the
    next, and left out where it is ahead of its time. One that cannot be read repeats
    the one before. Pauses of more than a minute are cut to one.
    Use :func:`annotated_video` to have the file put in its place at the end.

    Args:
        path: Of the video, ending in `VIDEO_SUFFIX`.
        fps: Frames a second.
        skeleton: Pairs of keypoint indices.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        fps: float,
        skeleton: Sequence[Sequence[int]] = BONES,
    ) -> None:
        self._path = path
        self._fps = fps
        self._skeleton = skeleton
        self._writer: cv2.VideoWriter | None = None
        self._last: NDArray | None = None
        self._start: float | None = None
        #: Frames that were written.
        self.num_frames = 0

    def write(self, tracked: TrackedFrame) -> None:
        """Draw and append a frame.

        Raises:
            OutputError: If OpenCV cannot write the video.
        """
        self._fill_up_to(tracked.frame.seconds)
        if tracked.frame.image is not None:
            drawn = draw_hands(tracked.frame.image, tracked.hands, self._skeleton)
            self._last = self._fit(cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))
        if self._ahead(tracked.frame.seconds) < 1:
            self._append()

    def _fill_up_to(self, seconds: float) -> None:
        """Repeat the last frame until it is time for the next."""
        if self._start is None:
            self._start = seconds
        longest = (self.num_frames - 1) / self._fps + _LONGEST_PAUSE
        self._start = max(self._start, seconds - longest)
        while self._last is not None and self._ahead(seconds) <= -1 + _TOLERANCE:
            self._append()

    def _ahead(self, seconds: float) -> float:
        """Return by how many frames the video is ahead of a time."""
        start = seconds if self._start is None else self._start
        return self.num_frames - (seconds - start) * self._fps

    def _fit(self, image: NDArray) -> NDArray:
        """Bring a frame to the first one's size: of another, OpenCV drops it."""
        if self._last is None or image.shape == self._last.shape:
            return image
        height, width = self._last.shape[:2]
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)

    def _append(self) -> None:
        if self._last is not None:
            self._writer = self._writer or self._open(self._last)
            self._writer.write(self._last)
            self.num_frames += 1

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def _open(self, image: NDArray) -> cv2.VideoWriter:
        height, width = image.shape[:2]
        codec = cv2.VideoWriter.fourcc(*_CODEC)
        with native_path(self._path) as name:
            writer = cv2.VideoWriter(name, codec, self._fps, (width, height))
        if not writer.isOpened():
            raise OutputError(
                f"this OpenCV cannot write {_CODEC} video of {width} x {height} pixels "
                "there; check the folder, or use --jsonl"
            )
        return writer


@contextmanager
def annotated_video(
    path: str | os.PathLike[str], fps: float, skeleton: Sequence[Sequence[int]] = BONES
) -> Iterator[AnnotatedVideo]:
    """Write an annotated video beside its place and put it there at the end.

    Args:
        path: Of the video, ending in `VIDEO_SUFFIX`.
        fps: Frames a second.
        skeleton: Pairs of keypoint indices.

    Raises:
        OutputError: If no frame came or the video cannot be written.
    """
    with whole_file(path) as part:
        video = AnnotatedVideo(part, fps, skeleton)
        try:
            yield video
        finally:
            video.close()
        if not part.exists():
            raise OutputError(f"{path}: no frame could be read, so there is no video")
        if not _is_whole(part, video.num_frames):
            raise OutputError(
                f"{path}: cannot write: OpenCV left the video incomplete; is the disk "
                "full? make room or choose a place"
            )


def _is_whole(path: Path, num_frames: int) -> bool:
    """Tell whether a video has all its frames: OpenCV says nothing of a full disk."""
    with native_path(path) as name:
        capture = cv2.VideoCapture(name)
    try:
        count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        capture.set(cv2.CAP_PROP_POS_FRAMES, num_frames - 1)
        return count == num_frames and capture.read()[0]
    finally:
        capture.release()


class AnnotatedPictures:
    """Draws hands on the pictures of a sequence.

    Args:
        targets: Picture to where its drawing goes.
        skeleton: Pairs of keypoint indices.
    """

    def __init__(
        self,
        targets: Mapping[Path, Path],
        skeleton: Sequence[Sequence[int]] = BONES,
    ) -> None:
        self._targets = targets
        self._skeleton = skeleton

    def write(self, tracked: TrackedFrame) -> None:
        """Draw a frame into its own file."""
        path, image = tracked.frame.path, tracked.frame.image
        if path is not None and image is not None:
            drawn = draw_hands(image, tracked.hands, self._skeleton)
            write_image(self._targets[path], drawn)
