"""A picture that others are pasted on, which keeps count of the hands to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.sample import Record
from handypose_tf.geometry import FloatArray, tight_box, transform_points, warp_image
from handypose_tf.hand import (
    HAND,
    IGNORED,
    MIDDLE_KNUCKLE,
    NUM_KEYPOINTS,
    WRIST,
)
from handypose_tf.images import Image

#: Share of a hand's points to be seen from which on it is a hand, and under which it
#: is none; between them nobody can say.
_SEEN, _UNSEEN = 0.6, 0.15

#: Points of less visibility are somewhere on the hand, but nobody knows where.
_KNOWN = 0.5

#: Hands of other sizes, in sides of the picture, are neither hands nor none.
_SIZES = (0.04, 1.2)


@dataclass
class _PlacedHand:
    """A hand on the canvas.

    Attributes:
        points: `(num_keypoints, 2)` labelled keypoints, pixels.
        seen: `(num_keypoints,)`, which are on the canvas and not covered.
        direction: `(2,)`, wrist to middle knuckle; zeros where one is not known.
        is_possible: Whether it is just a place where there may be one.
    """

    points: FloatArray
    seen: NDArray[np.bool_]
    direction: FloatArray
    is_possible: bool = False


class SceneCanvas:
    """A square picture, black at first.

    Args:
        size: Its side, pixels.

    Attributes:
        image: `(size, size, 3)` uint8 RGB.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.image: Image = np.zeros((size, size, 3), np.uint8)
        self._hands: list[_PlacedHand] = []

    def paste(
        self,
        picture: Image,
        matrix: FloatArray,
        records: Sequence[Record] = (),
        possible: FloatArray | None = None,
        *,
        alpha: NDArray | None = None,
        soft: float = 0.0,
    ) -> None:
        """Lay a picture over what is there.

        Args:
            picture: `(height, width, 3)` uint8 RGB.
            matrix: `(3, 3)` from its pixels to the canvas'.
            records: Its hands.
            possible: `(num_boxes, 4)` where it may show others, pixels.
            alpha: `(height, width)` uint8, 255 where it covers; all of it if `None`.
            soft: Standard deviation of the blur of its edge, pixels of the canvas.
        """
        if alpha is None:
            alpha = np.full(picture.shape[:2], 255, np.uint8)
        cover = warp_image(alpha[..., None], matrix, self.size)[..., 0]
        if soft:
            inner = cv2.GaussianBlur(cover, (0, 0), soft)
            cover = np.minimum(cover, inner)
        drawn = warp_image(picture, matrix, self.size)
        share = cover[..., None].astype(np.float32) / 255
        mixed = self.image + share * (drawn.astype(np.float32) - self.image)
        self.image = np.rint(mixed).astype(np.uint8)
        for hand in self._hands:
            hand.seen &= ~self._is_covered(cover, hand.points)
        for hand in _place(records, possible, matrix):
            hand.seen &= self._is_covered(cover, hand.points)
            self._hands.append(hand)

    def hands(self, most: int) -> FloatArray:
        """Return the hands to be seen, `(most, 7)` float32, for a detector's loss."""
        rows = [row for hand in self._hands if (row := self._row(hand)) is not None]
        rows.sort(key=lambda row: row[-1], reverse=True)
        result = np.zeros((most, 7), np.float32)
        for target, row in zip(result, rows, strict=False):
            target[:] = row
        return result

    def _is_covered(self, cover: NDArray, points: FloatArray) -> NDArray[np.bool_]:
        """Tell which points lie on the canvas where a cover is more than half."""
        cells = np.rint(points).astype(int)
        inside = ((cells >= 0) & (cells < self.size)).all(axis=1)
        x, y = np.clip(cells, 0, self.size - 1).T
        return inside & (cover[y, x] > 127)

    def _row(self, hand: _PlacedHand) -> list[float] | None:
        """Return a hand's row, `None` if there is nothing to be seen of it."""
        share = float(hand.seen.mean())
        if share <= _UNSEEN:
            return None
        inside = np.clip(hand.points, -0.5, self.size - 0.5)
        box = tight_box(inside)
        center = (box[:2] + box[2:] / 2 + 0.5) / self.size
        sides = box[2:] / self.size
        fits = _SIZES[0] <= sides.max() <= _SIZES[1]
        is_hand = share >= _SEEN and fits and not hand.is_possible
        kind = HAND if is_hand else IGNORED
        return [*center, *np.maximum(sides, 1e-3), *hand.direction, kind]


def mirror_matrix(size: int) -> FloatArray:
    """Return the matrix that mirrors a square picture left to right."""
    return np.array([[-1.0, 0, size - 1], [0, 1, 0], [0, 0, 1]])


def _place(
    records: Sequence[Record], possible: FloatArray | None, matrix: FloatArray
) -> list[_PlacedHand]:
    """Move the hands of a picture to the canvas."""
    hands = []
    for record in records:
        points = transform_points(record.keypoints, matrix)
        shown, known = record.visibility > 0, record.visibility >= _KNOWN
        direction, length = np.zeros(2, np.float32), 0.0
        if len(points) == NUM_KEYPOINTS and known[[WRIST, MIDDLE_KNUCKLE]].all():
            direction = points[MIDDLE_KNUCKLE] - points[WRIST]
            length = float(np.linalg.norm(direction))
        points = points[shown]
        seen = np.ones(len(points), bool)
        hands.append(_PlacedHand(points, seen, direction / (length or 1.0)))
    for x, y, width, height in [] if possible is None else possible:
        corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]]
        corners.append([x + width / 2, y + height / 2])
        points = transform_points(corners, matrix)
        nowhere = np.zeros(2, np.float32)
        hands.append(_PlacedHand(points, np.ones(5, bool), nowhere, is_possible=True))
    return hands
