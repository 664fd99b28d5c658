"""The error of every point of every hand, and the means that protocols take of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from handypose_tf.evaluation.protocols import Protocol
from handypose_tf.geometry import FloatArray
from handypose_tf.metrics.keypoint_metrics import masked_mean, threshold_share

Mask = NDArray[np.bool_]


class Measure(NamedTuple):
    """One figure before the averaging: a value of each point.

    Attributes:
        values: `(num_hands, num_keypoints)`.
        mask: `(num_hands, num_keypoints)`, what counts.
        average: One of `handypose_tf.metrics.AVERAGES`.
    """

    values: NDArray
    mask: Mask
    average: str


def figures(
    measures: Sequence[Measure],
    weights: FloatArray | None = None,
    joints: Sequence[int] | slice = slice(None),
) -> FloatArray:
    """Average measures.

    Args:
        measures: What to average.
        weights: `(..., num_hands)`, how often each hand counts; once if `None`.
        joints: Points that count.

    Returns:
        `(..., num_measures)`; NaN where nothing counts.
    """
    means = [
        masked_mean(values[:, joints], mask[:, joints], average, weights)
        for values, mask, average in measures
    ]
    return np.stack(means, axis=-1)


@dataclass(frozen=True, eq=False)
class HandErrors:
    """The error of every point of every hand.

    Attributes:
        sample_ids: One a hand.
        distances: `(num_hands, num_keypoints)` to the truth, pixels of the original
            picture; NaN where nothing was found.
        visible: `(num_hands, num_keypoints)`; what counts.
        sizes: `(num_hands,)` what the protocol divides by, pixels; 0 unknown.
    """

    sample_ids: tuple[str, ...]
    distances: FloatArray
    visible: Mask
    sizes: FloatArray

    @property
    def scaled(self) -> Mask:
        """Visible points of hands that have a size, `(num_hands, num_keypoints)`."""
        return self.visible & (self.sizes > 0)[:, None]

    @property
    def found(self) -> Mask:
        """Visible points that have a prediction, `(num_hands, num_keypoints)`."""
        return self.visible & np.isfinite(self.distances)

    def hits(self, threshold: float) -> Mask:
        """Return which points are strictly nearer than `threshold` times the size."""
        return self.distances < threshold * self.sizes[:, None]

    def measures(self, protocol: Protocol) -> list[Measure]:
        """Return what a protocol averages, in the order of `protocol.columns`.

        PCK and AUC are 0..1, EPE is in pixels and always pooled, as MMPose does too.
        """
        average = protocol.average
        mean = np.mean([self.hits(t) for t in protocol.thresholds], axis=0)
        area = threshold_share(self.distances, protocol.auc_thresholds)
        return [
            *(
                Measure(self.hits(t), self.scaled, average)
                for t in protocol.reported_thresholds
            ),
            Measure(mean, self.scaled, average),
            Measure(area, self.visible, average),
            Measure(self.distances, self.found, "points"),
        ]

    def hand_errors(self) -> FloatArray:
        """Return each hand's mean distance over its size, `(num_hands,)`.

        Infinite where a visible point was not found, NaN without size or points.
        """
        ratios = self.distances / np.where(self.sizes > 0, self.sizes, np.nan)[:, None]
        ratios = np.where(self.visible & ~self.found, np.inf, ratios)
        count = self.visible.sum(axis=1)
        total = np.where(self.visible, ratios, 0.0).sum(axis=1)
        return total / np.where(count > 0, count, np.nan)

    def worst(self, count: int) -> list[int]:
        """Return the hands of the largest errors, the worst first."""
        errors = self.hand_errors()
        order = np.argsort(-np.nan_to_num(errors, nan=-1.0, posinf=np.inf))
        return order[:count].tolist()
