"""A video gone through by a tracker, and what is written of each frame."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.video.frames import Frame, FrameSource
from handypose_tf.inference.video.hand_tracker import HandTracker


@dataclass(frozen=True, eq=False)
class TrackedFrame:
    """A frame and its hands.

    Attributes:
        frame: As the source gave it.
        hands: With their ids; none where the frame cannot be read.
    """

    frame: Frame
    hands: list[HandPose]

    def entry(self, video: str) -> dict[str, Any]:
        """Return the line of this frame in a JSON Lines file.

        Args:
            video: Written as `video`; a picture of a sequence adds its own `image`.
        """
        line: dict[str, Any] = {
            "video": video,
            "frame": self.frame.index,
            "time": round(self.frame.seconds, 4),
        }
        if self.frame.path is not None:
            line["image"] = os.fspath(self.frame.path)
        if self.frame.image is None:
            return {**line, "error": "cannot be read", "hands": []}
        height, width = self.frame.image.shape[:2]
        hands = [hand.to_dict() for hand in self.hands]
        return {**line, "width": width, "height": height, "hands": hands}


def track(source: FrameSource, tracker: HandTracker) -> Generator[TrackedFrame]:
    """Go through a video and follow its hands; one frame is held at a time.

    Args:
        source: A video file, a sequence of pictures or a camera.
        tracker: Is reset first. A frame that cannot be read is passed: the hands are
            looked for in the next one where they were in the last.
    """
    tracker.reset()
    for frame in source:
        hands: list[HandPose] = []
        if frame.image is not None:
            hands = tracker.update(frame.image, frame.seconds)
        yield TrackedFrame(frame, hands)
