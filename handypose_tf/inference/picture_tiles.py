"""Overlapping squares of a picture, level by level smaller."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

#: Side of the squares of a level over those of the one before.
RATIO = 0.6

#: Squares side by side are no further apart than this share of their side, so what is
#: smaller than the rest of it is whole in one of them.
_STEP = 0.7


class Tile(NamedTuple):
    """A part of a picture, in whole pixels; `right` and `bottom` are just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def side(self) -> int:
        """The longer of both."""
        return max(self.width, self.height)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point, in the picture's pixels, lies in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top


def picture_levels(width: int, height: int, levels: int) -> Iterator[list[Tile]]:
    """Give the whole picture, then the squares of each further level.

    Args:
        width: Of the picture, pixels.
        height: Of the picture, pixels.
        levels: 1 gives the whole picture alone. The squares of level `n` have
            `RATIO ** (n - 1)` of its longer side, or what there is of its shorter.
    """
    for level in range(levels):
        side = max(math.ceil(RATIO**level * max(width, height)), 1)
        yield [
            Tile(left, top, right, bottom)
            for top, bottom in _spans(height, side)
            for left, right in _spans(width, side)
        ]


def _spans(length: int, side: int) -> list[tuple[int, int]]:
    """Return the fewest spans of a side that cover a length, evenly."""
    rest = length - side
    if rest <= 0:
        return [(0, length)]
    steps = math.ceil(rest / (_STEP * side))
    starts = [round(rest * i / steps) for i in range(steps + 1)]
    return [(start, start + side) for start in starts]
