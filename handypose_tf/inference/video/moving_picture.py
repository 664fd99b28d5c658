"""Pictures that move and that OpenCV's videos do not know: WebP and AVIF."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import DataError
from handypose_tf.images.reading import over_white

#: Pictures that are read so, whatever their ending; GIF and PNG are videos to OpenCV.
MOVING_KINDS = ("WebP", "AVIF")

#: Milliseconds, as browsers show a frame that names no time.
_DEFAULT_DELAY = 100.0

#: Decoded frames in memory. Each lot is decoded from the first frame on.
_LOT_BYTES = 2**28


class MovingPicture:
    """A WebP or AVIF of several frames, read as `cv2.VideoCapture` reads videos.

    What shines through is white.

    Args:
        path: The file.

    Raises:
        DataError: If it cannot be read; when frames are asked for, too.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        if not hasattr(cv2, "imdecodeanimation"):
            raise DataError(
                f"{path}: moves, which OpenCV {cv2.__version__} does not read; install "
                "opencv-python-headless 4.12 or later, or `magick a.webp a.gif`"
            )
        self._data = np.frombuffer(Path(path).read_bytes(), np.uint8)
        self._next, self._time, self._following = 0, 0.0, 0.0
        self._frames, self._delays = self._decode(1)
        self._count = max(1, _LOT_BYTES // self._frames[0].nbytes)
        self._frames, self._delays = self._decode(self._count)
        self._fps = 1000 / min(self._delays)

    def isOpened(self) -> bool:
        """Return that it is: what cannot be opened is an error."""
        return True

    def get(self, what: int) -> float:
        """Return the rate at which all frames are seen or the time of the last one.

        Anything else is not known: 0.
        """
        known = {cv2.CAP_PROP_FPS: self._fps, cv2.CAP_PROP_POS_MSEC: self._time}
        return known.get(what, 0.0)

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        """Return whether there is one more frame, and the frame as BGR."""
        if self._next and self._next % self._count == 0:
            self._frames, self._delays = self._decode(self._count)
        place = self._next % self._count
        if place >= len(self._frames):
            return False, None
        self._time, self._following = (
            self._following,
            self._following + self._delays[place],
        )
        self._next += 1
        return True, _bgr(self._frames[place])

    def release(self) -> None:
        """Free the memory."""
        self._frames, self._delays = [], []

    def _decode(self, count: int) -> tuple[list[NDArray[np.uint8]], list[float]]:
        """Return the next frames and how long each is shown, milliseconds."""
        try:
            is_read, lot = cv2.imdecodeanimation(self._data, self._next, count)
        except cv2.error:
            is_read = False
        if not is_read or not (len(lot.frames) or self._next):
            raise DataError(
                f"{self._path}: moves, and cannot be decoded after {self._next} "
                "frames; it is cut off or broken: fetch or export it again"
            )
        delays = [float(delay) or _DEFAULT_DELAY for delay in lot.durations]
        return [np.asarray(frame, np.uint8) for frame in lot.frames], delays


def _bgr(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if frame.ndim == 3 and frame.shape[2] == 4:
        return cv2.cvtColor(over_white(frame), cv2.COLOR_RGB2BGR).astype(np.uint8)
    return frame
