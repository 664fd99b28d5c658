"""From whole photos to keypoints: hands must be found before they are measured.

A labelled hand is given the nearest hand found, one to one, if the centres of the two
tight boxes are less than the labelled box's longer side apart. PCK is at .2 of the
labelled tight box with all visible points pooled; every point of a hand that is not
found counts as wrong. Found hands that come near no labelled hand, large or small, are
counted as false alarms. Intervals are 95 %, by resampling hands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.sample import Record
from handypose_tf.evaluation.bootstrap import Estimate, bootstrap
from handypose_tf.geometry import box_center, box_overlaps, tight_box
from handypose_tf.litert.metadata import plain

#: A hand found is a labelled one if their centres are nearer than this share of the
#: labelled box.
_NEAR = 1.0
_SHARE = 0.2
_SAME_OVERLAP = 0.5

#: Hands of a photo `(num_hands, 21, 2)` by the photo's path, the best first.
FoundHands = Mapping[str, Sequence[NDArray]]


@dataclass(frozen=True)
class WholePhotoScore:
    """What a pipeline reaches.

    Attributes:
        pck: Missed hands count as wrong.
        pck_found: Of the hands that were found.
        found: Share of the labelled hands.
        overlapping: Share of the labelled hands whose box overlaps by .5 or more.
        false_alarms: Hands a photo that are near no labelled one.
    """

    pck: Estimate
    pck_found: Estimate
    found: Estimate
    overlapping: Estimate
    false_alarms: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        values: dict[str, Any] = plain(vars(self))
        return values


def measure_whole_photos(
    found: FoundHands, measured: Sequence[Record], everything: Sequence[Record]
) -> WholePhotoScore:
    """Compare found hands with labelled ones.

    Args:
        found: Of the photos of the measured hands.
        measured: The labelled hands that count.
        everything: All labelled hands: what lies on one of them is no false alarm.
    """
    right, points, hits, overlaps = (np.zeros(len(measured)) for _ in range(4))
    false_alarms = 0
    for photo, hands in found.items():
        here = [i for i, record in enumerate(measured) if record.image_path == photo]
        pairs = match_hands(hands, [measured[i] for i in here])
        for i, hand in zip(here, pairs, strict=True):
            seen = measured[i].visibility > 0
            points[i] = seen.sum()
            if hand is None:
                continue
            truth, box = measured[i].keypoints, _box(measured[i])
            distance = np.linalg.norm(hand - truth, axis=1)
            right[i] = (distance[seen] < _SHARE * box[2:].max()).sum()
            hits[i] = 1
            own = tight_box(hand, seen)
            overlaps[i] = box_overlaps(own, box[None])[0] >= _SAME_OVERLAP
        labelled = [r for r in everything if r.image_path == photo]
        taken = match_hands(hands, labelled)
        false_alarms += len(hands) - sum(hand is not None for hand in taken)

    def figures(weights: NDArray) -> NDArray:
        with np.errstate(invalid="ignore"):
            parts = (
                (weights @ right) / (weights @ points),
                (weights @ right) / (weights @ (points * hits)),
                (weights @ hits) / weights.sum(axis=1),
                (weights @ overlaps) / weights.sum(axis=1),
            )
        return np.stack(parts, axis=-1)

    pck, pck_found, share, overlapping = bootstrap(figures, len(measured))
    alarms = false_alarms / len(found)
    return WholePhotoScore(pck, pck_found, share, overlapping, alarms)


def match_hands(
    hands: Sequence[NDArray], records: Sequence[Record]
) -> list[NDArray | None]:
    """Return the hand found of each labelled one, the nearest pairs first."""
    pairs = sorted(
        (_distance(hand, record), i, j)
        for i, hand in enumerate(hands)
        for j, record in enumerate(records)
    )
    result: list[NDArray | None] = [None] * len(records)
    used: set[int] = set()
    for distance, i, j in pairs:
        if distance < _NEAR and i not in used and result[j] is None:
            result[j] = hands[i]
            used.add(i)
    return result


def _distance(hand: NDArray, record: Record) -> float:
    box = _box(record)
    own = tight_box(hand, record.visibility)
    apart = np.linalg.norm(box_center(own) - box_center(box))
    return float(apart) / max(float(box[2:].max()), 1.0)


def _box(record: Record) -> NDArray:
    return tight_box(record.keypoints, record.visibility)
