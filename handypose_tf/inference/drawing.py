"""Predicted hands drawn on their picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2

from handypose_tf.hand import BONES
from handypose_tf.images import Image
from handypose_tf.images.drawing import OUTLINE_COLOR, WRIST_COLOR, draw_keypoints
from handypose_tf.inference.hand_pose import HandPose


def draw_hands(
    image: Image,
    hands: Iterable[HandPose],
    skeleton: Sequence[Sequence[int]] = BONES,
) -> Image:
    """Draw every hand on a copy of the picture, with L or R where its side is known.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        hands: What `HandPoseEstimator.predict` returned for it.
        skeleton: Pairs of keypoint indices, where the model's are not the 20 bones.
    """
    canvas = image.copy()
    for hand in hands:
        canvas = draw_keypoints(canvas, hand.keypoints, hand.scores, skeleton=skeleton)
        if hand.is_left is not None:
            _write_side(canvas, hand, "L" if hand.is_left else "R")
    return canvas


def _write_side(canvas: Image, hand: HandPose, letter: str) -> None:
    """Write a letter at the left upper corner of a hand's box, sized by the hand."""
    x, y, width, height = hand.box.astype(int).tolist()
    scale = min(max(max(width, height) / 150, 0.7), 2.0)
    thickness = max(1, round(1.5 * scale))
    text = (letter, (x, max(y, round(24 * scale))), cv2.FONT_HERSHEY_SIMPLEX, scale)
    for color, line in ((OUTLINE_COLOR, 3 * thickness), (WRIST_COLOR, thickness)):
        cv2.putText(canvas, *text, color, line, cv2.LINE_AA)
