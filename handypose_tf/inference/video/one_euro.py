"""The One-Euro filter: steady where points rest, quick where they move.

References:
    Casiez, Roussel, Vogel, "1€ Filter: A Simple Speed-based Low-pass Filter for Noisy
    Input in Interactive Systems", CHI 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.checks import check_least, check_positive
from handypose_tf.geometry import FloatArray

#: A time that does not advance counts as this many seconds.
LEAST_STEP = 1e-3


@dataclass(frozen=True)
class OneEuro:
    """Parameters of the filter, named as in its paper.

    Speeds are in hand sizes a second, so that one setting serves every resolution and
    distance. The defaults are measured by `benchmarks/smoothing.py`; tests name all
    that must follow a change of them.

    Attributes:
        min_cutoff: Cut-off frequency of a point at rest, Hz; lower is steadier.
        beta: Hz that the cut-off gains per hand size a second; higher lags less.
        d_cutoff: Cut-off frequency of the speed, Hz.

    Raises:
        ValueError: If a frequency is not above 0 or `beta` is below 0.
    """

    min_cutoff: float = 1.0
    beta: float = 4.0
    d_cutoff: float = 1.0

    def __post_init__(self) -> None:
        """Refuse values that no filter has."""
        check_positive("min_cutoff", self.min_cutoff)
        check_positive("d_cutoff", self.d_cutoff)
        check_least("beta", self.beta, 0)


class _State(NamedTuple):
    """What the filter keeps of the last frame."""

    raw: FloatArray
    smoothed: FloatArray
    velocity: FloatArray
    size: float
    seconds: float


class OneEuroFilter:
    """Smooths the keypoints of one hand, each by its own speed.

    Args:
        parameters: Of the filter.
    """

    def __init__(self, parameters: OneEuro | None = None) -> None:
        self.parameters = parameters or OneEuro()
        self._last: _State | None = None

    def __call__(self, points: ArrayLike, size: float, seconds: float) -> FloatArray:
        """Return the smoothed points, `(num_points, 2)` float32.

        Args:
            points: `(num_points, 2)`, pixels.
            size: Of the hand, pixels, by which speeds are measured.
            seconds: Time of the points; later than that of the call before.
        """
        raw = np.asarray(points, np.float64)
        if self._last is None:
            state = _State(raw, raw, np.zeros_like(raw), max(size, 1.0), seconds)
        else:
            state = self._step(self._last, raw, size, seconds)
        self._last = state
        return state.smoothed.astype(np.float32)

    def _step(
        self, last: _State, raw: FloatArray, size: float, seconds: float
    ) -> _State:
        step = max(seconds - last.seconds, LEAST_STEP)
        own = self.parameters
        # Like a point at rest: the size jitters with the points.
        size = last.size + float(_share(own.min_cutoff, step)) * (size - last.size)
        # Of the points before smoothing: against the smoothed, lag would be speed.
        change = (raw - last.raw) / step
        velocity = last.velocity + _share(own.d_cutoff, step) * (change - last.velocity)
        speed = np.linalg.norm(velocity, axis=1, keepdims=True) / max(size, 1.0)
        share = _share(own.min_cutoff + own.beta * speed, step)
        smoothed = last.smoothed + share * (raw - last.smoothed)
        return _State(raw, smoothed, velocity, size, seconds)


def _share(cutoff: FloatArray | float, step: float) -> FloatArray:
    """Return the new value's share in a low-pass of `cutoff` Hz after `step` s."""
    return np.asarray(1 / (1 + 1 / (2 * np.pi * np.asarray(cutoff) * step)))
