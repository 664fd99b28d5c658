"""Telling whether two predictions are of one hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from handypose_tf.geometry import box_overlaps
from handypose_tf.inference.hand_pose import HandPose

#: Hands are one if their boxes overlap more than this (intersection over union) ...
SAME_BOX_OVERLAP = 0.5
#: ... or their keypoints are on average closer than this share of the hands' size, the
#: geometric mean of both: a small hand is not one with a bad find all around it.
SAME_KEYPOINT_DISTANCE = 0.25


def is_same_hand(one: HandPose, other: HandPose) -> bool:
    """Tell whether two predictions show one hand.

    Their boxes alone would miss a hand seen once whole and once in part; their
    keypoints alone one that was seen upside down.
    """
    if box_overlaps(one.box, other.box[None])[0] > SAME_BOX_OVERLAP:
        return True
    if one.keypoints.shape != other.keypoints.shape:
        return False
    distance = np.linalg.norm(one.keypoints - other.keypoints, axis=1).mean()
    size = np.sqrt(one.box[2:].max() * other.box[2:].max())
    return bool(distance < SAME_KEYPOINT_DISTANCE * size)


def drop_duplicates(
    hands: Iterable[HandPose], known: Sequence[HandPose] = ()
) -> list[HandPose]:
    """Keep the first prediction of each hand.

    Args:
        hands: The preferred first.
        known: Hands that are there already; they are not returned.
    """
    kept: list[HandPose] = []
    for hand in hands:
        if not any(is_same_hand(hand, other) for other in (*known, *kept)):
            kept.append(hand)
    return kept
