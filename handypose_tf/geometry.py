"""Boxes, crops and 3x3 transforms, and the one pixel convention of this library.

**Pixels.** The centre of pixel (0, 0) is the point (0, 0); a pixel covers half a unit
to each side, so a picture of width W spans -0.5 .. W - 0.5. Everything that moves an
image moves its keypoints by the same 3x3 matrix. A normalised coordinate, as exported
models give it, is `(x + 0.5) / W`.

**Heatmap cells.** Cell i of a heatmap with stride s stands for the pixel
`s * i + cell_offset`. The released heads have `cell_offset = 0`; this library's own
presets are centred, `cell_offset = (s - 1) / 2`.

**Boxes** are `(x, y, width, height)` in pixels, `x, y` the upper left corner.

Points are `float32` arrays `(..., 2)`, x before y, in pixels.

**Regions.** A `HandRegion` is the turned square that a network is shown of a hand.
Turned upright, the direction from the wrist to the middle knuckle points up.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.checks import check_positive
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST

FloatArray = NDArray[np.floating]

#: Side of the square crop over the longer side of the tight box, unless a model says
#: otherwise.
DEFAULT_CROP_SCALE = 1.5

#: Crop scale of the CMU data sets, of AGMN and NSRM.
CMU_CROP_SCALE = 2.2


def image_box(width: int, height: int) -> FloatArray:
    """Return the box that covers a whole picture."""
    return np.array([-0.5, -0.5, width, height], np.float32)


def is_inside(points: ArrayLike, width: int, height: int) -> NDArray[np.bool_]:
    """Tell which points `(..., 2)` lie in a picture: -0.5 does, `width - 0.5` not."""
    points = np.asarray(points)
    limits = np.array([width, height], points.dtype) - 0.5
    return np.asarray(((points >= -0.5) & (points < limits)).all(axis=-1))


def tight_box(keypoints: ArrayLike, visibility: ArrayLike | None = None) -> FloatArray:
    """Return the smallest box around the visible points.

    Args:
        keypoints: `(num_keypoints, 2)`, pixels.
        visibility: `(num_keypoints,)`; points at 0 are left out. All count if `None`.

    Raises:
        ValueError: If no point is visible.
    """
    points = np.asarray(keypoints, np.float32)
    if visibility is not None:
        points = points[np.asarray(visibility) > 0]
    if not len(points):
        raise ValueError("A tight box needs at least one visible point. Received: none")
    low, high = points.min(axis=0), points.max(axis=0)
    return np.concatenate([low, high - low]).astype(np.float32)


def box_center(box: ArrayLike) -> FloatArray:
    """Return the centre `(x, y)` of a box."""
    x, y, width, height = np.asarray(box, np.float32)
    return np.array([x + width / 2, y + height / 2], np.float32)


def box_overlaps(box: ArrayLike, boxes: ArrayLike) -> FloatArray:
    """Return the intersection over union of one box with others, `(num_boxes,)`.

    Args:
        box: `(4,)`, x, y, width, height.
        boxes: `(num_boxes, 4)`.
    """
    one, others = np.asarray(box, np.float64), np.asarray(boxes, np.float64)
    low = np.maximum(one[:2], others[:, :2])
    high = np.minimum(one[:2] + one[2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    union = one[2] * one[3] + np.prod(others[:, 2:], axis=1) - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1), 0.0)


def keep_apart(boxes: ArrayLike, max_overlap: float) -> list[int]:
    """Return the indices of boxes that no box kept before them overlaps (NMS).

    Args:
        boxes: `(num_boxes, 4)`, x, y, width, height; the preferred first.
        max_overlap: Intersection over union up to which both are kept.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    kept: list[int] = []
    for index, box in enumerate(boxes):
        if (box_overlaps(box, boxes[kept]) <= max_overlap).all():
            kept.append(index)
    return kept


def crop_matrix(
    center: ArrayLike, side: float, size: int, *, degrees: float = 0.0
) -> FloatArray:
    """Return the matrix from picture pixels to the pixels of a square crop.

    Args:
        center: `(x, y)` of the crop's centre in the picture, pixels.
        side: Side of the crop in the picture, pixels, > 0.
        size: Side of the crop in its own pixels.
        degrees: Turn of the crop's content, counter-clockwise as seen on the screen.

    Returns:
        `(3, 3)` float64, so that long chains of transforms keep their precision.
    """
    check_positive("side", side)
    x, y = np.asarray(center, np.float64)
    angle = np.deg2rad(degrees)
    scale = size / side
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    middle = (size - 1) / 2
    return np.array(
        [
            [cos, sin, middle - cos * x - sin * y],
            [-sin, cos, middle + sin * x - cos * y],
            [0.0, 0.0, 1.0],
        ]
    )


def letterbox_matrix(width: int, height: int, size: int) -> FloatArray:
    """Return the matrix of a whole picture laid into a square, its aspect kept.

    Args:
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        size: Side of the square, pixels; the picture's longer side fills it.

    Returns:
        `(3, 3)` float64 from picture pixels to the square's.
    """
    center = box_center(image_box(width, height))
    return crop_matrix(center, max(width, height), size)


def transform_points(points: ArrayLike, matrix: ArrayLike) -> FloatArray:
    """Move points `(..., 2)` by a 3x3 matrix; returns float32 of the same shape."""
    points = np.asarray(points, np.float64)
    matrix = np.asarray(matrix, np.float64)
    moved = points @ matrix[:2, :2].T + matrix[:2, 2]
    if np.any(matrix[2] != (0, 0, 1)):
        moved /= points @ matrix[2, :2, None] + matrix[2, 2]
    return moved.astype(np.float32)


def warp_image(
    image: NDArray, matrix: ArrayLike, size: int | tuple[int, int]
) -> NDArray:
    """Draw a picture through an affine 3x3 matrix; outside the picture it is 0.

    Where the matrix shrinks by two or more, the picture is averaged down first, since
    bilinear sampling alone would skip pixels.

    Args:
        image: `(height, width, channels)`, any dtype that OpenCV warps.
        matrix: `(3, 3)` from picture pixels to result pixels.
        size: Side of a square result or `(height, width)`.
    """
    height, width = (size, size) if isinstance(size, int) else size
    channels = image.shape[2:]
    matrix = np.asarray(matrix, np.float64)
    shrink = int(1 / max(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))), 1e-6))
    if shrink >= 2:
        image, matrix = _average_down(image, matrix, (height, width), shrink)
    warped = cv2.warpAffine(image, matrix[:2], (width, height), flags=cv2.INTER_LINEAR)
    return warped.reshape(height, width, *channels)  # OpenCV drops a single one


def _average_down(
    image: NDArray, matrix: FloatArray, size: tuple[int, int], factor: int
) -> tuple[NDArray, FloatArray]:
    """Cut out what the result sees and average it over `factor` x `factor` blocks."""
    height, width = size
    corners = [[-1, -1], [width, -1], [-1, height], [width, height]]
    seen = transform_points(corners, np.linalg.inv(matrix))
    bounds = np.array(image.shape[1::-1])
    low = np.clip(np.floor(seen.min(axis=0)).astype(int) - factor, 0, bounds)
    high = np.clip(np.ceil(seen.max(axis=0)).astype(int) + factor, 0, bounds)
    blocks = -(-(high - low) // factor)
    if blocks.min() < 1:
        return image[:1, :1] * 0, np.eye(3)
    part = image[low[1] : high[1], low[0] : high[0]]
    pad_x, pad_y = blocks * factor - (high - low)
    part = cv2.copyMakeBorder(part, 0, int(pad_y), 0, int(pad_x), cv2.BORDER_CONSTANT)
    small = cv2.resize(
        part, tuple(int(n) for n in blocks), interpolation=cv2.INTER_AREA
    )
    offset = low + (factor - 1) / 2
    back = np.array([[factor, 0, offset[0]], [0, factor, offset[1]], [0, 0, 1]])
    return small, matrix @ back


class HandRegion(NamedTuple):
    """A square around a hand, in pixels of the picture.

    Attributes:
        center: `(2,)`.
        side: Of the square.
        degrees: By how much the square's content is turned, counter-clockwise as seen.
        mirrored: Whether the turned content is then mirrored, left and right swapped.
    """

    center: FloatArray
    side: float
    degrees: float = 0.0
    mirrored: bool = False

    def matrix(self, size: int) -> FloatArray:
        """Return the `(3, 3)` matrix from the picture to a crop of `size` pixels."""
        matrix = crop_matrix(self.center, self.side, size, degrees=self.degrees)
        if self.mirrored:
            matrix[0] = [0, 0, size - 1] - matrix[0]
        return matrix

    def towards(self, other: HandRegion, share: float) -> HandRegion:
        """Return the other's turn, with centre and side so much on the way to it.

        It is not mirrored.
        """
        center = self.center + share * (other.center - self.center)
        side = self.side ** (1 - share) * other.side**share
        return HandRegion(center, float(side), other.degrees)


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
