from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.labelling import HandLabel
from handypose_tf.labelling.looks import agree
from handypose_tf.labelling.mediapipe import Landmarks
from handypose_tf.labelling.teacher import one_per_hand


def hand(x: float = 0, size: float = 100) -> np.ndarray:
    """Return joints whose tight box begins at `x`, 0 and has sides of `size`."""
    points = np.random.default_rng(0).uniform(0, size, (21, 2))
    points[0], points[1] = (0, 0), (size, size)
    points[:, 0] += x
    return points.astype(np.float32)


def label_of(plain: np.ndarray, other: np.ndarray) -> HandLabel:
    return agree([Landmarks(plain, 0.9), Landmarks(other, 0.7)]).label(None)


@pytest.mark.parametrize("size", [50, 200])
def test_agreement_is_relative_to_the_hand(size: float) -> None:
    label = label_of(hand(size=size), hand(0.06 * size, size))
    assert label.disagreement == pytest.approx(0.06, rel=1e-5)
    assert label.size == pytest.approx(size)
    assert label.score == pytest.approx(0.8)
    np.testing.assert_allclose(label.keypoints, hand(0.03 * size, size), rtol=1e-4)
    np.testing.assert_allclose(label.spread, np.full(21, 0.06), rtol=1e-4)


def test_points_on_which_looks_disagree_are_not_sure() -> None:
    other = hand()
    other[4] += (13, 0)
    other[8] += (0, 16)
    sure = label_of(hand(), other).is_sure
    assert np.flatnonzero(~sure).tolist() == [8]
    assert HandLabel(hand(), 0.9, 0.3).is_sure.all()


def test_a_hand_of_one_point_is_worth_nothing() -> None:
    points = np.zeros((21, 2), np.float32)
    assert label_of(points, points + 1).quality == 0


def test_quality_prefers_agreement_among_sure_answers() -> None:
    sure = HandLabel(hand(), 0.999, 0.2)
    steady = HandLabel(hand(), 0.98, 0.02)
    doubtful = HandLabel(hand(), 0.5, 0.01)
    ordered = sorted([sure, steady, doubtful], key=lambda label: -label.quality)
    assert ordered == [steady, sure, doubtful]


def test_one_label_a_hand_stays() -> None:
    labels = [
        HandLabel(hand(5), 0.7, 0.01),
        HandLabel(hand(), 0.9, 0.01),
        HandLabel(hand(150), 0.8, 0.01),
        HandLabel(hand(155), 0.99, 0.5),
    ]
    kept = one_per_hand(labels)
    assert [label.score for label in kept] == [0.9, 0.8]
    assert one_per_hand([]) == []
