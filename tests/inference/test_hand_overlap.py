from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.geometry import tight_box
from handypose_tf.inference.hand_overlap import drop_duplicates, is_same_hand
from handypose_tf.inference.hand_pose import HandPose

POINTS = np.random.default_rng(0).uniform(0, 100, (21, 2))
RIGHT = np.array([10, 0])


def hand(points: np.ndarray) -> HandPose:
    return HandPose(points, np.ones(len(points)), tight_box(points), 1.0)


@pytest.mark.parametrize(
    ("points", "same"),
    [
        (POINTS, True),
        (POINTS + 10, True),
        (POINTS[::-1], True),  # the same place, upside down
        (POINTS + 9 * RIGHT, False),
        (POINTS + 100 * RIGHT, False),
        (POINTS * 0.3 + 30, False),
        (POINTS * 0.6 + 20, True),
        (POINTS * 0.15 + 40, False),
    ],
)
def test_same_place_or_same_points_are_one_hand(points, same):
    assert is_same_hand(hand(POINTS), hand(points)) is same
    assert is_same_hand(hand(points), hand(POINTS)) is same


def test_the_first_of_each_hand_stays():
    hands = [hand(POINTS), hand(POINTS + 5), hand(POINTS + 300), hand(POINTS + 303)]
    assert drop_duplicates(hands) == [hands[0], hands[2]]
    assert drop_duplicates(hands, known=[hands[1]]) == [hands[2]]
