"""Predicted hands drawn on their picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handypose_tf.drawing import draw_keypoints
from handypose_tf.hand import BONES
from handypose_tf.images import Image
from handypose_tf.inference.hand_pose import HandPose


def draw_hands(
    image: Image,
    hands: Iterable[HandPose],
    skeleton: Sequence[Sequence[int]] = BONES,
) -> Image:
    """Draw every hand on a copy of the picture.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        hands: What `HandPoseEstimator.predict` returned for it.
        skeleton: Pairs of keypoint indices, where the model's are not the 20 bones.
    """
    canvas = image.copy()
    for hand in hands:
        canvas = draw_keypoints(canvas, hand.keypoints, hand.scores, skeleton=skeleton)
    return canvas
