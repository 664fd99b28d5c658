"""How often the side of a hand is told rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.data.sample import Record
from handypose_tf.evaluation.bootstrap import DEFAULT_RESAMPLES, Estimate, bootstrap
from handypose_tf.geometry import FloatArray
from handypose_tf.litert.metadata import plain


@dataclass(frozen=True)
class Handedness:
    """How well left hands are told from right ones.

    Attributes:
        accuracy: Share of the hands that are told rightly, with its 95 % interval.
        num_left: Left hands that it was measured on.
        num_right: Right hands likewise.
    """

    accuracy: Estimate
    num_left: int
    num_right: int

    def __str__(self) -> str:
        """Return a line for people."""
        own = self.accuracy
        return (
            f"left or right told rightly: {own.value:.1%} [{own.low:.1%}, "
            f"{own.high:.1%}] of {self.num_left} left, {self.num_right} right hands"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        values: dict[str, Any] = plain(vars(self))
        return values


def measure_handedness(
    records: Sequence[Record],
    left_scores: ArrayLike,
    *,
    resamples: int = DEFAULT_RESAMPLES,
) -> Handedness | None:
    """Measure sides against annotated ones; `None` where none is annotated.

    Args:
        records: Annotated hands.
        left_scores: `(num_hands,)`, the chance of a left hand, 0..1; NaN, a hand that
            was not found, is wrong.
        resamples: Number of resamples of the interval.
    """
    truth = np.array([record.is_left for record in records])
    known = truth >= 0
    if not known.any():
        return None
    scores = np.asarray(left_scores, np.float64)[known]
    is_left = truth[known] == 1
    hits = np.where(is_left, scores > 0.5, scores <= 0.5)

    def share(weights: FloatArray) -> FloatArray:
        return (weights @ hits / weights.sum(axis=1))[:, None]

    [accuracy] = bootstrap(share, len(hits), resamples=resamples)
    num_left = int(is_left.sum())
    return Handedness(accuracy, num_left, len(hits) - num_left)
