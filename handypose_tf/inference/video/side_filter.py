"""One hand's side over the frames of a video: single frames err, a hand stays one."""

from __future__ import annotations

import math

#: A frame's least share in the mean: half a second's frames outweigh those before.
_LEAST_SHARE = 1 / 15

#: Chances are kept this far from 0 and 1: one frame that is too sure weighs no more.
_MARGIN = 0.01


class SideFilter:
    """Keeps the running mean of the logits of a hand's `left_score`.

    Over the first frames it is the plain mean, then a moving one.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0

    def __call__(self, left_score: float) -> float:
        """Add a frame's chance of a left hand, 0..1; returns that of all so far."""
        chance = min(max(left_score, _MARGIN), 1 - _MARGIN)
        self._count += 1
        share = max(1 / self._count, _LEAST_SHARE)
        self._mean += share * (math.log(chance / (1 - chance)) - self._mean)
        return self._of_mean()

    @property
    def chance(self) -> float | None:
        """That of a left hand, of all frames so far; `None` before the first."""
        return self._of_mean() if self._count else None

    def _of_mean(self) -> float:
        return 1 / (1 + math.exp(-self._mean))
