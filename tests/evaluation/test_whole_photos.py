from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.data.sample import Record
from handypose_tf.evaluation.whole_photos import match_hands, measure_whole_photos
from handypose_tf.geometry import tight_box

POINTS = np.random.default_rng(0).uniform(0, 100, (21, 2)).astype(np.float32)


def record(photo: str, shift: float) -> Record:
    points = POINTS + np.float32(shift)
    ones = np.ones(21, np.float32)
    return Record(f"{photo}/{shift}", photo, points, ones, tight_box(points))


def test_the_nearest_pairs_come_first():
    records = [record("a", 0), record("a", 60)]
    one, two = POINTS + 50, POINTS + 5
    first, second = match_hands([one, two], records)
    assert first is two and second is one


def test_what_is_far_is_not_matched():
    assert match_hands([POINTS + 300], [record("a", 0)]) == [None]
    assert match_hands([], [record("a", 0)]) == [None]


def test_missed_hands_are_wrong_and_strangers_false_alarms():
    measured = [record("a", 0), record("a", 400), record("b", 0), record("b", 500)]
    small = record("b", 900)
    found = {"a": [POINTS + 1, POINTS + 2000], "b": [POINTS, POINTS + 901]}
    score = measure_whole_photos(found, measured, [*measured, small])
    assert score.pck.value == 0.5 and score.pck_found.value == 1
    assert score.found.value == score.overlapping.value == 0.5
    assert score.false_alarms == pytest.approx(0.5)


def test_points_are_pooled():
    far = POINTS.copy()
    far[:7] += 60
    score = measure_whole_photos({"a": [far]}, [record("a", 0)], [record("a", 0)])
    assert score.pck.value == pytest.approx(14 / 21)
