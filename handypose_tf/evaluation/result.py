"""The result of an evaluation: figures with intervals, per joint and per finger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from handypose_tf.evaluation.bootstrap import Estimate, bootstrap
from handypose_tf.evaluation.hand_errors import HandErrors, Measure, figures
from handypose_tf.evaluation.handedness import Handedness
from handypose_tf.evaluation.protocols import Protocol
from handypose_tf.hand import FINGER_KEYPOINTS, KEYPOINT_NAMES, WRIST

Scores = dict[str, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """What one model's predictions are worth under one protocol.

    Attributes:
        name: What the predictions are called in tables.
        protocol: How was measured.
        errors: The error of every point.
        scores: For each of `protocol.columns` the figure with its 95 % interval; PCK
            and AUC 0..1, EPE in pixels of the original picture.
        keypoint_names: One a keypoint.
        crop: What the model was shown of a picture, in words; empty if unknown.
        handedness: How well sides are told; `None` if they are not, or not known.
    """

    name: str
    protocol: Protocol
    errors: HandErrors
    scores: dict[str, Estimate]
    keypoint_names: tuple[str, ...] = KEYPOINT_NAMES
    crop: str = ""
    handedness: Handedness | None = None

    @property
    def num_hands(self) -> int:
        """Number of hands that were measured on."""
        return len(self.errors.sample_ids)

    @property
    def num_points(self) -> int:
        """Number of visible points."""
        return int(self.errors.visible.sum())

    @property
    def num_points_not_found(self) -> int:
        """Number of visible points without a prediction; they count as wrong."""
        return self.num_points - int(self.errors.found.sum())

    @property
    def num_hands_without_size(self) -> int:
        """Number of hands that PCK leaves out, for want of what it divides by."""
        return int((self.errors.sizes <= 0).sum())

    def joint_scores(self) -> dict[str, Scores]:
        """Return the figures of each keypoint by its name."""
        names = enumerate(self.keypoint_names)
        return self._group_scores({name: [index] for index, name in names})

    def finger_scores(self) -> dict[str, Scores]:
        """Return the figures of wrist and fingers; empty for points of another kind."""
        if self.keypoint_names != KEYPOINT_NAMES:
            return {}
        wrist = {KEYPOINT_NAMES[WRIST]: (WRIST,)}
        return self._group_scores({**wrist, **FINGER_KEYPOINTS})

    def curve(self, thresholds: Sequence[float]) -> list[Estimate]:
        """Return PCK with its interval at each of some fractions of the size."""
        measures = [
            Measure(self.errors.hits(t), self.errors.scaled, self.protocol.average)
            for t in thresholds
        ]
        return bootstrap(
            lambda weights: figures(measures, weights), self.num_hands, resamples=500
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON; NaN becomes `None`."""
        return {
            "name": self.name,
            "protocol": self.protocol.to_dict(),
            "crop": self.crop,
            "num_hands": self.num_hands,
            "num_points": self.num_points,
            "num_points_not_found": self.num_points_not_found,
            "num_hands_without_size": self.num_hands_without_size,
            "scores": {name: score.to_dict() for name, score in self.scores.items()},
            "handedness": self.handedness and self.handedness.to_dict(),
            "fingers": _plain(self.finger_scores()),
            "joints": _plain(self.joint_scores()),
            "hands": self._hands(),
        }

    def _group_scores(self, groups: Mapping[str, Sequence[int]]) -> dict[str, Scores]:
        measures = self.errors.measures(self.protocol)
        columns = self.protocol.columns
        return {
            name: dict(zip(columns, figures(measures, joints=joints), strict=True))
            for name, joints in groups.items()
        }

    def _hands(self) -> list[dict[str, Any]]:
        """Return each hand's mean distance over its size."""
        errors = self.errors.hand_errors().tolist()
        pairs = zip(self.errors.sample_ids, errors, strict=True)
        return [{"sample_id": name, "error": _number(value)} for name, value in pairs]


def _plain(groups: dict[str, Scores]) -> dict[str, dict[str, float | None]]:
    return {
        group: {name: _number(value) for name, value in scores.items()}
        for group, scores in groups.items()
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
