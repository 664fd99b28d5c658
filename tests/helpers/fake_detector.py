"""A detector whose answers are given."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import tight_box
from handypose_tf.inference.hand_detector import DetectedHand


def detected(keypoints: np.ndarray, degrees: float = 0.0) -> DetectedHand:
    """A detection whose box is that of the keypoints."""
    x, y, width, height = tight_box(keypoints).tolist()
    center = np.array([x + width / 2, y + height / 2], np.float32)
    return DetectedHand(center, max(width, height), degrees, 1.0, width / height)


class FakeDetector:
    """Gives the list `hands` for whatever picture, and counts how often."""

    def __init__(self, *hands: DetectedHand) -> None:
        self.hands = list(hands)
        self.num_looks = 0

    def detect(self, image: np.ndarray) -> list[DetectedHand]:
        self.num_looks += 1
        return self.hands
