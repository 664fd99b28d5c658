"""Scores that are chances: fitted on labelled hands, and checked on others.

A keypoint's score is to be its chance of being nearer to the truth than `RIGHT` of the
longer side of the hand's tight box. Guo et al., "On calibration of modern neural
networks", ICML 2017, define the expected calibration error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation.evaluate import evaluate
from handypose_tf.evaluation.predict_hands import Predictions, predict_hands
from handypose_tf.evaluation.protocols import CropRule

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator

#: A keypoint is right below this share of the longer side of the tight box.
RIGHT = 0.1

NUM_BINS = 10

_NEWTON_STEPS = 30

#: Keeps the fit finite where scores part right from wrong without a rest.
_RIDGE = 1e-3


class Calibration(NamedTuple):
    """A score becomes `sigmoid(slope * score + offset)` (Platt, 1999)."""

    slope: float
    offset: float

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return the chances of scores, any shape."""
        return _sigmoid(self.slope * np.asarray(scores, np.float64) + self.offset)

    def invert(self, chances: ArrayLike) -> NDArray[np.float64]:
        """Return the scores that chances were made of, within 0..1."""
        safe = np.clip(np.asarray(chances, np.float64), 1e-7, 1 - 1e-7)
        logit = np.log(safe / (1 - safe))
        return np.clip((logit - self.offset) / self.slope, 0, 1)


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often keypoints of like scores are right.

    Attributes:
        counts: `(NUM_BINS,)` keypoints whose score lies in each tenth of 0..1.
        scores: `(NUM_BINS,)` their mean score; NaN in an empty bin.
        shares: `(NUM_BINS,)` the share of them that is right; NaN likewise.
    """

    counts: NDArray[np.int64]
    scores: NDArray[np.float64]
    shares: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error, 0..1."""
        gaps = np.abs(np.nan_to_num(self.scores - self.shares))
        return float((self.counts * gaps).sum() / self.counts.sum())

    def to_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {
            "expected_calibration_error": self.error,
            "right_below": RIGHT,
            "counts": self.counts.tolist(),
            "scores": [None if np.isnan(x) else float(x) for x in self.scores],
            "shares": [None if np.isnan(x) else float(x) for x in self.shares],
        }


def score_points(
    predictor: HandPoseEstimator, records: Sequence[Record]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Run a model on labelled hands, each in its own crop.

    Returns:
        Heatmap peaks, before any calibration that the model has, and which keypoints
        are right, `(num_points,)` each, of all visible points.
    """
    predictions = predict_hands(predictor, records, CropRule("tight", None))
    scores, is_right = pair_points(records, predictions)
    known = predictor.metadata.decode.calibration
    return (Calibration(*known).invert(scores) if known else scores), is_right


def pair_points(
    records: Sequence[Record], predictions: Predictions
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return score and right or wrong of all visible points, `(num_points,)` each."""
    errors = evaluate(records, predictions.keypoints, "nsrm", resamples=1).errors
    counted = errors.found & errors.scaled
    scores = predictions.scores[counted].astype(np.float64)
    return scores, errors.hits(RIGHT)[counted]


def fit_calibration(scores: ArrayLike, is_right: ArrayLike) -> Calibration:
    """Fit slope and offset by the most likely logistic curve.

    Args:
        scores: `(num_points,)`, 0..1.
        is_right: `(num_points,)` bool.

    Raises:
        DataError: If there are fewer than 100 points, all are right or all wrong, or
            the higher a score is the less often it is right.
    """
    scores, is_right = _checked(scores, is_right)
    if len(scores) < 100 or is_right.all() or not is_right.any():
        raise DataError(
            f"{int(is_right.sum())} of {len(scores)} keypoints are right: scores are "
            "fitted on at least 100, of both kinds; give more hands"
        )
    return check_rising(fit_logistic(scores, is_right))


def check_rising(calibration: Calibration) -> Calibration:
    """Return a calibration by which a higher score is a better chance.

    Raises:
        DataError: If it is not such.
    """
    if calibration.slope < 0:
        raise DataError(
            "the higher a score is, the less often it is right: the model knows "
            "nothing of these hands, or their labels are of other places; look at "
            "them (`handypose data inspect`)"
        )
    return calibration


def fit_logistic(
    values: NDArray[np.float64], is_true: NDArray[np.bool_]
) -> Calibration:
    """Return the most likely logistic curve from values to what is true.

    Args:
        values: `(n,)`.
        is_true: `(n,)`, of both kinds.
    """
    features = np.stack([values, np.ones_like(values)], axis=1)
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        chance = _sigmoid(features @ weights)
        slope = features.T @ (chance - is_true) + _RIDGE * weights
        curvature = features.T @ (features * (chance * (1 - chance))[:, None])
        weights -= np.linalg.solve(curvature + _RIDGE * np.eye(2), slope)
    return Calibration(*weights.tolist())


def measure_reliability(scores: ArrayLike, is_right: ArrayLike) -> Reliability:
    """Compare scores with what is right, in ten equal bins of the score.

    Args:
        scores: `(num_points,)`, 0..1.
        is_right: `(num_points,)` bool.
    """
    scores, is_right = _checked(scores, is_right)
    bins = np.minimum((scores * NUM_BINS).astype(int), NUM_BINS - 1)
    counts = np.bincount(bins, minlength=NUM_BINS)
    with np.errstate(invalid="ignore"):
        means, shares = (
            np.bincount(bins, values, NUM_BINS) / counts
            for values in (scores, is_right)
        )
    return Reliability(counts, means, shares)


def _checked(
    scores: ArrayLike, is_right: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    scores, right = np.asarray(scores, np.float64), np.asarray(is_right, bool)
    if scores.ndim != 1 or scores.shape != right.shape:
        raise ValueError(
            "`scores` and `is_right` must have one value a keypoint. Received: "
            f"{scores.shape} and {right.shape}"
        )
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("`scores` must lie in 0..1. Received: others")
    return scores, right


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1 + np.tanh(0.5 * x))
