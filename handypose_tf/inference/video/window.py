"""A window that shows frames as they are tracked, where OpenCV has windows."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import cv2

from handypose_tf.errors import OutputError
from handypose_tf.hand import BONES
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.video.tracked_frames import TrackedFrame

_TITLE = "handypose"
_QUIT_KEYS = (ord("q"), 27)  # 27 is Escape


class Window(contextlib.AbstractContextManager["Window"]):
    """Shows annotated frames until q or Escape is pressed.

    Args:
        skeleton: Pairs of keypoint indices.

    Raises:
        OutputError: If this OpenCV has no windows or there is no screen.
    """

    def __init__(self, skeleton: Sequence[Sequence[int]] = BONES) -> None:
        _check_screen()
        self._skeleton = skeleton
        self.is_closed = False
        try:
            cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL)
        except cv2.error as error:
            raise OutputError(
                "this OpenCV has no windows; replace it: pip uninstall "
                "opencv-python-headless, then pip install opencv-python; or leave "
                "--show out"
            ) from error

    def write(self, tracked: TrackedFrame) -> None:
        """Show a frame."""
        if tracked.frame.image is not None:
            drawn = draw_hands(tracked.frame.image, tracked.hands, self._skeleton)
            cv2.imshow(_TITLE, cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))
        self.is_closed = cv2.waitKey(1) & 0xFF in _QUIT_KEYS

    def __exit__(self, *caught: object) -> None:
        """Close the window."""
        cv2.destroyWindow(_TITLE)


def _check_screen() -> None:
    """Refuse where OpenCV's window system would end the process."""
    has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not has_screen:
        raise OutputError(
            "there is no screen to show a window on; leave --show out and use --out or "
            "--jsonl"
        )
