"""How well a detector finds the labelled hands of whole photos.

Detections of a photo are taken from the best down; each is given to the free labelled
hand that it overlaps most. One that overlaps none enough is a false alarm, unless it
lies on a hand that does not count (too small, or labelled badly).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from handypose_tf.evaluation.bootstrap import (
    DEFAULT_RESAMPLES,
    Estimate,
    bootstrap,
)
from handypose_tf.geometry import FloatArray, box_overlaps

#: Intersection over union from which on a hand counts as found.
MIN_OVERLAP = 0.5

#: A detection is on a hand that does not count if this share of it, or of the hand, is.
_ON_IGNORED = 0.5


@dataclass(frozen=True)
class PhotoDetections:
    """What was labelled in a photo, and what was found.

    Attributes:
        truth: `(num_hands, 4)`, boxes x, y, width, height of the hands that count.
        boxes: `(num_found, 4)`.
        scores: `(num_found,)`.
        ignored: `(num_ignored, 4)`, boxes of hands that do not count.
    """

    truth: FloatArray
    boxes: FloatArray
    scores: FloatArray
    ignored: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))


@dataclass(frozen=True)
class MatchedPhoto:
    """The detections of a photo that count, the best first.

    Attributes:
        scores: `(num_found,)`.
        is_hit: `(num_found,)`, whether it found a hand.
        num_hands: Hands that count.
    """

    scores: FloatArray
    is_hit: FloatArray
    num_hands: int


def match_photo(
    photo: PhotoDetections, min_overlap: float = MIN_OVERLAP
) -> MatchedPhoto:
    """Tell hits from false alarms."""
    free = np.ones(len(photo.truth), bool)
    scores, hits = [], []
    for i in np.argsort(-np.asarray(photo.scores), kind="stable"):
        box = photo.boxes[i]
        overlaps = np.where(free, box_overlaps(box, photo.truth), -1.0)
        best = int(overlaps.argmax()) if len(overlaps) else -1
        if best >= 0 and overlaps[best] >= min_overlap:
            free[best] = False
            hits.append(True)
        elif _is_on(box, photo.ignored):
            continue
        else:
            hits.append(False)
        scores.append(float(photo.scores[i]))
    return MatchedPhoto(np.array(scores), np.array(hits, bool), len(photo.truth))


def recall_at(
    photos: Sequence[MatchedPhoto],
    false_alarms: float = 1.0,
    weights: FloatArray | None = None,
) -> tuple[float, float]:
    """Return the best recall with no more false alarms a photo than given.

    Args:
        photos: Matched photos.
        false_alarms: A photo, on average.
        weights: `(num_photos,)`, how often each photo counts.

    Returns:
        Recall, and the lowest threshold on the score that keeps to the false alarms,
        whether the last of them buys a hit or not; recall is NaN without hands, the
        threshold infinite where nothing may be reported.
    """
    weights = np.ones(len(photos)) if weights is None else np.asarray(weights)
    counts = np.array([len(photo.scores) for photo in photos], int)
    scores = np.concatenate([np.zeros(0), *(photo.scores for photo in photos)])
    hits = np.concatenate([np.zeros(0, bool), *(photo.is_hit for photo in photos)])
    each = np.repeat(weights, counts)
    num_hands = float(np.dot(weights, [photo.num_hands for photo in photos]))
    order = np.argsort(-scores, kind="stable")
    scores, hits, each = scores[order], hits[order], each[order]
    alarms = np.cumsum(each * ~hits) / max(weights.sum(), 1e-9)
    found = np.cumsum(each * hits)
    # Equal scores are reported together or not at all.
    ends = np.append(scores[1:] < scores[:-1], True)[: len(scores)]
    usable = np.flatnonzero(ends & (alarms <= false_alarms + 1e-9))
    if not num_hands:
        return float("nan"), float("inf")
    if not len(usable):
        return 0.0, float("inf")
    last = int(usable[-1])
    return float(found[last] / num_hands), float(scores[last])


def recall_estimate(
    photos: Sequence[MatchedPhoto],
    false_alarms: float = 1.0,
    *,
    resamples: int = DEFAULT_RESAMPLES,
) -> Estimate:
    """Return the recall with its 95 % interval by resampling photos."""

    def statistic(weights: FloatArray) -> FloatArray:
        return np.array([[recall_at(photos, false_alarms, row)[0]] for row in weights])

    [estimate] = bootstrap(statistic, len(photos), resamples=resamples)
    return estimate


def _is_on(box: FloatArray, ignored: FloatArray) -> bool:
    """Tell whether a detection lies on a hand that does not count."""
    if not len(ignored):
        return False
    low = np.maximum(box[:2], ignored[:, :2])
    high = np.minimum(box[:2] + box[2:], ignored[:, :2] + ignored[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    smaller = np.minimum(box[2] * box[3], np.prod(ignored[:, 2:], axis=1))
    return bool((shared >= _ON_IGNORED * np.maximum(smaller, 1e-9)).any())
