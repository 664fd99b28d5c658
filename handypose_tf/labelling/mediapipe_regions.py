"""The regions that MediaPipe's landmark model is shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import (
    HandRegion,
    box_center,
    crop_matrix,
    hand_degrees,
    tight_box,
    transform_points,
    upright_degrees,
)
from handypose_tf.hand import FINGER_KEYPOINTS, FINGERS, WRIST
from handypose_tf.palm import PALM_SHIFT

#: Side of the region over that of the palm's box.
PALM_SCALE = 2.6


def palm_region(box: ArrayLike, wrist: ArrayLike, knuckle: ArrayLike) -> HandRegion:
    """Return the region of a detected palm.

    Args:
        box: `(4,)`, the palm's box, x, y, width, height, pixels.
        wrist: `(2,)`, pixels.
        knuckle: `(2,)`, of the middle finger, pixels.
    """
    degrees = upright_degrees(wrist, knuckle)
    angle = np.deg2rad(degrees)
    towards_fingers = np.array([np.sin(angle), -np.cos(angle)])
    side = float(np.max(np.asarray(box)[2:]))
    center = box_center(box) + PALM_SHIFT * side * towards_fingers
    return HandRegion(center.astype(np.float32), PALM_SCALE * side, degrees)


#: The joints that hardly move with the fingers: wrist, thumb below its tip, and the two
#: lower joints of each other finger.
_STEADY_JOINTS = (
    WRIST,
    *FINGER_KEYPOINTS["thumb"][:3],
    *(j for f in FINGERS[1:] for j in FINGER_KEYPOINTS[f][:2]),
)

#: Side of the closer region over that of the steady joints' box, and its shift towards
#: the fingers, in heights of that box.
CLOSER_SCALE, CLOSER_SHIFT = 2.0, 0.1


def closer_region(keypoints: ArrayLike) -> HandRegion:
    """Return the region for a second look at a hand whose keypoints are known.

    Args:
        keypoints: `(21, 2)`, pixels.
    """
    points = np.asarray(keypoints, np.float64)
    degrees = hand_degrees(points)
    steady = points[list(_STEADY_JOINTS)]
    middle = steady.mean(axis=0)
    upright = crop_matrix(middle, 1, 1, degrees=degrees)
    box = tight_box(transform_points(steady, upright))
    target = box_center(box) - [0, CLOSER_SHIFT * box[3]]
    center = transform_points(target, np.linalg.inv(upright))
    side = max(float(box[2:].max()), 1.0)
    return HandRegion(center, CLOSER_SCALE * side, degrees)
