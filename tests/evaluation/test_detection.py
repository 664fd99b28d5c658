"""Matching and recall on photos worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.evaluation.detection import (
    PhotoDetections,
    match_photo,
    recall_at,
    recall_estimate,
)

HAND = [10.0, 10, 20, 20]
#: Overlaps `HAND` by 15 / 25 of their union, by 10 / 30, and not at all.
NEAR, HALF, FAR = [15.0, 10, 20, 20], [20.0, 10, 20, 20], [80.0, 80, 20, 20]


def photo(truth, found, scores, ignored=()):
    boxes = [np.array(b, np.float32).reshape(-1, 4) for b in (truth, found, ignored)]
    return PhotoDetections(boxes[0], boxes[1], np.array(scores), boxes[2])


@pytest.mark.parametrize(
    ("found", "scores", "hits"),
    [
        ([NEAR], [0.9], [True]),
        ([HALF], [0.9], [False]),
        ([FAR, NEAR], [0.2, 0.9], [True, False]),
        # The second find of one hand is a false alarm.
        ([HAND, NEAR], [0.5, 0.6], [True, False]),
        ([], [], []),
    ],
)
def test_hits_and_false_alarms(found, scores, hits):
    matched = match_photo(photo([HAND], found, scores))
    assert matched.is_hit.tolist() == hits and matched.num_hands == 1
    assert matched.scores.tolist() == sorted(scores, reverse=True)


def test_what_lies_on_a_hand_that_does_not_count_is_left_out():
    matched = match_photo(photo([HAND], [FAR, NEAR], [0.9, 0.8], [FAR]))
    assert matched.is_hit.tolist() == [True]
    # A large box around a small hand that does not count, too.
    matched = match_photo(photo([], [[0, 0, 99, 99]], [0.9], [HAND]))
    assert len(matched.scores) == 0


PHOTOS = [
    match_photo(photo([HAND], [HAND, FAR], [0.9, 0.8])),
    match_photo(photo([HAND, FAR], [[50, 50, 9, 9], HAND], [0.7, 0.6])),
    match_photo(photo([], [HAND, FAR], [0.5, 0.4])),
]


@pytest.mark.parametrize(
    ("false_alarms", "recall", "threshold"),
    [(0, 1 / 3, 0.9), (1 / 3, 1 / 3, 0.8), (2 / 3, 2 / 3, 0.6), (9, 2 / 3, 0.4)],
)
def test_recall_at_false_alarms(false_alarms, recall, threshold):
    assert recall_at(PHOTOS, false_alarms) == pytest.approx((recall, threshold))


def test_equal_scores_stand_or_fall_together():
    both = [match_photo(photo([HAND], [HAND, FAR], [0.5, 0.5]))]
    assert recall_at(both, 0.5) == (0.0, float("inf"))
    assert recall_at(both, 1.0) == (1.0, 0.5)


def test_no_hands_and_no_finds():
    recall, _ = recall_at([match_photo(photo([], [], []))])
    assert np.isnan(recall)
    assert recall_at([match_photo(photo([HAND], [], []))]) == (0.0, float("inf"))


def test_interval_over_photos():
    sure = recall_estimate([PHOTOS[0]] * 4, 0.0, resamples=50)
    assert (sure.value, sure.low, sure.high) == (1, 1, 1)
    unsure = recall_estimate(PHOTOS, 1.0, resamples=200)
    assert unsure.value == pytest.approx(2 / 3)
    assert unsure.low == pytest.approx(0.5) and unsure.high == 1
