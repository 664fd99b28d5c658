"""Predicted hands drawn on their picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from handypose_tf.hand import BONES
from handypose_tf.images import Image
from handypose_tf.images.drawing import (
    OUTLINE_COLOR,
    WRIST_COLOR,
    Color,
    draw_keypoints,
)
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.thresholds import DOUBTFUL_SCORE

#: Height of a capital letter over the hand's size, and its limits in pixels.
_LETTER, _LOWEST, _HIGHEST = 0.1, 9, 40

#: The same of OpenCV's letters at scale 1.
_FONT, _FONT_HEIGHT = cv2.FONT_HERSHEY_SIMPLEX, 21.0

_DOUBTFUL_COLOR: Color = (165, 165, 165)


def draw_hands(
    image: Image,
    hands: Iterable[HandPose],
    skeleton: Sequence[Sequence[int]] = BONES,
) -> Image:
    """Draw every hand on a copy of the picture, and how sure it is.

    Beside it stand its id in a video, L or R where its side is known, and its score:
    `#1 R 0.86`. A hand whose score is below `thresholds.DOUBTFUL_SCORE` is faint, as
    are points below `images.drawing.FAINT_SCORE`. Doubtful hands lie under the others.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        hands: What `HandPoseEstimator.predict` returned for it.
        skeleton: Pairs of keypoint indices, where the model's are not the 20 bones.
    """
    canvas = image.copy()
    surest_last = sorted(hands, key=lambda hand: hand.score)
    for hand in surest_last:
        is_sure = hand.score >= DOUBTFUL_SCORE
        scores = hand.scores if is_sure else np.zeros_like(hand.scores)
        canvas = draw_keypoints(canvas, hand.keypoints, scores, skeleton=skeleton)
    for hand in surest_last:
        _write_facts(canvas, hand)
    return canvas


def _write_facts(canvas: Image, hand: HandPose) -> None:
    """Write as many facts of a hand as there is room for outside its box."""
    label = _Label(hand, canvas.shape[:2])
    text, place = label.placed(_facts(hand))
    outline = max(1, round(label.height / 14))
    # The same strokes around the text: a thicker pen would be another font's width.
    ring = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    color = WRIST_COLOR if hand.score >= DOUBTFUL_SCORE else _DOUBTFUL_COLOR
    for x, y in ring:
        shifted = place[0] + outline * x, place[1] + outline * y
        label.write(canvas, text, shifted, OUTLINE_COLOR)
    label.write(canvas, text, place, color)


class _Label:
    """Text beside a hand, as large as the hand allows.

    Args:
        hand: That it belongs to.
        shape: Height and width of the picture.
    """

    def __init__(self, hand: HandPose, shape: tuple[int, int]) -> None:
        size = float(np.clip(_LETTER * hand.box[2:].max(), _LOWEST, _HIGHEST))
        self.height = min(size, shape[0] / 4)
        self._scale = self.height / _FONT_HEIGHT
        self._pen = max(1, round(1.6 * self._scale))
        self._gap = self._pen + 3
        self._box = hand.box.tolist()
        self._shape = shape

    def placed(self, facts: list[str]) -> tuple[str, tuple[int, int]]:
        """Return the longest text that fits beside the box, and its lower left."""
        for count in range(len(facts), 0, -1):
            text = " ".join(facts[:count])
            for place in self._beside(text):
                if self._fits(text, place):
                    return text, place
        return facts[0], (3, round(self.height) + 3)

    def write(
        self, canvas: Image, text: str, place: tuple[int, int], color: Color
    ) -> None:
        """Write at the lower left corner of the text."""
        pen = color, self._pen, cv2.LINE_AA
        cv2.putText(canvas, text, place, _FONT, self._scale, *pen)

    def _beside(self, text: str) -> list[tuple[int, int]]:
        """Return places above, below, right and left of the box."""
        (length, rise), gap = self._size(text), self._gap
        left, top, width, height = self._box
        x = np.clip(left, gap, max(self._shape[1] - length - gap, gap))
        y = np.clip(top + rise, rise + gap, max(self._shape[0] - gap, rise + gap))
        places = [(x, top - gap), (x, top + height + rise + gap)]
        places += [(left + width + gap, y), (left - length - gap, y)]
        return [(round(float(a)), round(float(b))) for a, b in places]

    def _fits(self, text: str, place: tuple[int, int]) -> bool:
        (length, rise), (x, y) = self._size(text), place
        height, width = self._shape
        return 2 <= x <= width - length - 2 and rise + 2 <= y <= height - 3

    def _size(self, text: str) -> tuple[int, int]:
        width, height = cv2.getTextSize(text, _FONT, self._scale, self._pen)[0]
        return width, height


def _facts(hand: HandPose) -> list[str]:
    """Return what is said of a hand, the least important last."""
    number = [] if hand.id is None else [f"#{hand.id}"]
    side = [] if hand.is_left is None else ["L" if hand.is_left else "R"]
    return [*number, *side, f"{hand.score:.2f}"]
