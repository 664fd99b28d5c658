"""Annotated videos and pictures, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import cv2
from numpy.typing import NDArray

from handypose_tf.errors import OutputError
from handypose_tf.files import whole_file
from handypose_tf.hand import BONES
from handypose_tf.images import write_image
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.tracked_frames import TrackedFrame

#: MPEG-4 part 2 in an MP4 file: in every OpenCV of the Python package index.
_CODEC, VIDEO_SUFFIX = "mp4v", ".mp4"


class FrameSink(Protocol):
    """Takes tracked frames one by one."""

    def write(self, tracked: TrackedFrame) -> None:
        """Take the next frame."""


class AnnotatedVideo:
    """Draws hands on frames and writes them as a video, without sound.

    A frame that cannot be read repeats the one before, so that times stay right.
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

    def write(self, tracked: TrackedFrame) -> None:
        """Draw and append a frame.

        Raises:
            OutputError: If OpenCV cannot write the video.
        """
        if tracked.frame.image is not None:
            drawn = draw_hands(tracked.frame.image, tracked.hands, self._skeleton)
            self._last = cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR)
        if self._last is not None:
            self._writer = self._writer or self._open(self._last)
            self._writer.write(self._last)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def _open(self, image: NDArray) -> cv2.VideoWriter:
        height, width = image.shape[:2]
        codec = cv2.VideoWriter.fourcc(*_CODEC)
        writer = cv2.VideoWriter(
            os.fspath(self._path), codec, self._fps, (width, height)
        )
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
