"""Random numbers that depend on a seed alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: Normal draws are cut off here, so that a sample's surroundings have a bound.
MAX_DEVIATIONS = 2.0


class Draws:
    """The random numbers of one sample, drawn one after the other.

    Args:
        seed: Whole numbers from 0 up; the same ones give the same draws anywhere.
    """

    def __init__(self, seed: Sequence[int] | NDArray[np.integer]) -> None:
        self._rng = np.random.default_rng(seed)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return a number between two bounds."""
        return low + (high - low) * self._rng.random()

    def normal(self, deviation: float) -> float:
        """Return a number around 0, cut off at `MAX_DEVIATIONS`."""
        while abs(drawn := self._rng.standard_normal()) > MAX_DEVIATIONS:
            pass
        return deviation * drawn

    def chance(self, probability: float) -> bool:
        """Return true with a probability."""
        return self._rng.random() < probability

    def levels(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """Return an array of levels 0..255, each as likely: the cheapest of all."""
        drawn = self._rng.bytes(int(np.prod(shape)))
        return np.frombuffer(drawn, np.uint8).reshape(shape)
