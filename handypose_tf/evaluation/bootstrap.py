"""Intervals by resampling hands: how much a figure owes to the hands it was taken on.

Hands are drawn, not points: the points of one hand are right or wrong together.

References:
    Efron and Tibshirani, "An introduction to the bootstrap", 1993 (percentile
    intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from handypose_tf.geometry import FloatArray

DEFAULT_RESAMPLES = 2000

#: Ends of the 95 % interval, percent.
_ENDS = (2.5, 97.5)

#: Weights that are held at once, so that memory does not grow with the data.
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; all NaN where there was nothing to measure."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Return plain numbers for JSON, `None` for NaN."""
        return {
            name: number if np.isfinite(number := float(getattr(self, name))) else None
            for name in ("value", "low", "high")
        }


def bootstrap(
    statistic: Callable[[FloatArray], FloatArray],
    num_hands: int,
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> list[Estimate]:
    """Estimate figures and their 95 % intervals.

    Args:
        statistic: From weights `(num_resamples, num_hands)`, how often each hand
            counts, to figures `(num_resamples, num_figures)`.
        num_hands: Number of hands.
        resamples: Number of resamples.
        seed: Of the drawing; the same seed draws the same hands for every model, so
            that differences between models are paired.

    Returns:
        One estimate a figure.
    """
    values = statistic(np.ones((1, num_hands)))[0]
    if not num_hands:
        return [Estimate(value, np.nan, np.nan) for value in values]
    drawn = [statistic(weights) for weights in _weights(num_hands, resamples, seed)]
    return [
        Estimate(float(value), *_interval(figure))
        for value, figure in zip(values, np.concatenate(drawn).T, strict=True)
    ]


def _weights(num_hands: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """Give how often each hand was drawn, `(resamples of a chunk, num_hands)`."""
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // num_hands)
    shares = np.full(num_hands, 1 / num_hands)
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        yield rng.multinomial(num_hands, shares, size=count).astype(np.float64)


def _interval(figures: FloatArray) -> tuple[float, float]:
    """Return the ends of the interval, of the resamples that measure anything."""
    finite = figures[np.isfinite(figures)]
    if not len(finite):
        return np.nan, np.nan
    low, high = np.percentile(finite, _ENDS)
    return float(low), float(high)
