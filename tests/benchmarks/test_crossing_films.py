"""The films' truth, and how a tracker's answers are counted against it."""

from __future__ import annotations

import numpy as np
import pytest
from crossing_films import Actor, CrossingFilm, across, there_and_back
from crossing_hands import Followed, tell

from handypose_tf.hand import FINGER_KEYPOINTS
from handypose_tf.inference import HandPose

HIGH, LOW = (100, 250), (500, 250)


def first_frame(film: CrossingFilm):
    return next(iter(film))


def pose(keypoints: np.ndarray, number: int) -> HandPose:
    low, high = keypoints.min(axis=0), keypoints.max(axis=0)
    box = np.concatenate([low, high - low])
    return HandPose(keypoints, np.ones(21), box, 1.0, id=number)


def test_a_left_hand_is_the_mirror_image_of_a_right_one():
    way = across((320, 250), (320, 250))
    frames = [first_frame(CrossingFilm(Actor(left, way))) for left in (False, True)]
    [right], [left] = (frame.keypoints for frame in frames)
    np.testing.assert_allclose(left, right * (-1, 1) + (640, 0), atol=1e-6)


def test_keypoints_lie_on_skin():
    frame = first_frame(CrossingFilm(Actor(False, across(HIGH, HIGH, degrees=30))))
    x, y = np.rint(frame.keypoints[0]).astype(int).T
    red, _, blue = frame.image[y, x].astype(int).T
    tips = [joints[-1] for joints in FINGER_KEYPOINTS.values()]
    inner = np.setdiff1d(np.arange(21), tips)
    assert (red - blue)[inner].min() > 20


def test_what_is_in_front_hides_what_is_behind():
    still = across(HIGH, HIGH)
    frame = first_frame(CrossingFilm(Actor(False, still), Actor(False, still)))
    assert frame.seen[0] < 0.1 and frame.seen[1] == 1
    apart = CrossingFilm(Actor(False, still), Actor(False, across(LOW, LOW)))
    np.testing.assert_array_equal(first_frame(apart).seen, [1, 1])
    board = CrossingFilm(Actor(False, still), cover=(0, 0, 300, 480))
    assert first_frame(board).seen == [0]


def test_ways_by_hand():
    assert across((0, 0), (60, 30), seconds=2)(0.5)[:2] == (15, 7.5)
    back = there_and_back((0, 0), (60, 30), seconds=2)
    assert back(1.0)[:2] == (60, 30)
    assert back(2.0)[:2] == pytest.approx((0, 0))


def test_a_tracked_hand_is_one_true_hand_at_most():
    true = np.random.default_rng(0).uniform(0, 100, (21, 2))
    truth = np.stack([true, true + 30])
    [first, second] = tell([pose(true + 20, 7)], truth)
    assert first is None and second is not None and second.id == 7
    assert tell([], truth) == [None, None]
    assert tell([pose(true + 200, 7)], truth) == [None, None]


def test_changes_are_counted():
    assert Followed([1, 1, 2, 2, 1], 5, 0, 0.0, 0.0).num_changes == 2
