"""The turned square that a network is shown of a hand.

Its content can be turned so that the hand stands upright: the direction from the wrist
to the middle knuckle points up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import (
    DEFAULT_CROP_SCALE,
    FloatArray,
    box_center,
    crop_matrix,
    tight_box,
    transform_points,
)
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST


class HandRegion(NamedTuple):
    """A square around a hand, in pixels of the picture.

    Attributes:
        center: `(2,)`.
        side: Of the square.
        degrees: By how much the square's content is turned, counter-clockwise as seen.
    """

    center: FloatArray
    side: float
    degrees: float = 0.0

    def matrix(self, size: int) -> FloatArray:
        """Return the `(3, 3)` matrix from the picture to a crop of `size` pixels."""
        return crop_matrix(self.center, self.side, size, degrees=self.degrees)


def upright_degrees(wrist: ArrayLike, knuckle: ArrayLike) -> float:
    """Return the counter-clockwise turn after which the knuckle is above the wrist."""
    x, y = np.subtract(knuckle, wrist).tolist()
    return float(np.rad2deg(np.arctan2(x, -y)))


def hand_degrees(keypoints: ArrayLike) -> float:
    """Return the turn after which a hand of `(21, 2)` keypoints stands upright."""
    points = np.asarray(keypoints)
    return upright_degrees(points[WRIST], points[MIDDLE_KNUCKLE])


def box_region(box: ArrayLike, *, scale: float = DEFAULT_CROP_SCALE) -> HandRegion:
    """Return the square of `scale` x the longer side of a box, not turned."""
    side = scale * float(np.max(np.asarray(box, np.float32)[2:]))
    return HandRegion(box_center(box), side)


def keypoints_region(
    keypoints: ArrayLike, *, scale: float = DEFAULT_CROP_SCALE, degrees: float = 0.0
) -> HandRegion:
    """Return the square of `scale` x the longer side of the points' tight box.

    Args:
        keypoints: `(num_keypoints, 2)`, pixels; at least one.
        scale: Side of the square over that of the box.
        degrees: Turn of the square; the tight box is that of the turned points.
    """
    points = np.asarray(keypoints, np.float64)
    turn = crop_matrix(points[0], 1, 1, degrees=degrees)
    turned = box_region(tight_box(transform_points(points, turn)), scale=scale)
    center = transform_points(turned.center, np.linalg.inv(turn))
    return HandRegion(center, max(turned.side, 1.0), degrees)
