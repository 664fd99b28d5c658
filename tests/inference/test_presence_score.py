"""Where the model tells presence, it is the hand's score, and limits go by it.

The dot model's presence is the strength of the faintest of its three dots.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dot_model import dot_image, metadata, true_keypoints, write_dot_model
from fake_detector import FakeDetector, detected

from handypose_tf.inference import HandPoseEstimator, HandTracker
from handypose_tf.inference.combined_pose import combined_pose
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.thresholds import (
    KEEP_PRESENCE,
    KEEP_SCORE,
    MIN_HAND_SCORE,
    MIN_PRESENCE,
    HandLimits,
    hand_limits,
)

CENTERS = np.array([[190.0, 115], [230, 165], [180, 185]])
BOX = [180, 115, 50, 70]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presence")
    return write_dot_model(folder / "handypose_there_64_float32.tflite", presence=True)


def image(blue: float) -> np.ndarray:
    """A hand of dots whose blue one has a share of its strength."""
    full = dot_image(300, 400, CENTERS, 9).astype(float)
    without = dot_image(300, 400, np.array([*CENTERS[:2], (-99, -99)]), 9)
    return np.rint(blue * full + (1 - blue) * without).astype(np.uint8)


def estimator(model, certainty: float = 1.0, **options) -> HandPoseEstimator:
    found = replace(detected(true_keypoints(CENTERS)), score=certainty)
    return HandPoseEstimator(
        model, num_threads=1, detector=FakeDetector(found), **options
    )


@pytest.mark.parametrize("blue", [0.2, 0.6, 1.0])
def test_it_is_the_score_of_a_hand_in_a_box(model, blue):
    [hand] = estimator(model).predict(image(blue), [BOX])
    assert hand.score == pytest.approx(blue, abs=0.03)
    assert hand.scores.mean() > 0.55


def test_the_detector_has_no_part_in_it(model):
    for certainty in (1.0, 0.04):
        [hand] = estimator(model, certainty).predict(image(0.7))
        assert hand.score == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize(
    ("min_score", "blue", "is_found"),
    [
        *((None, MIN_PRESENCE - 0.1, False), (None, MIN_PRESENCE + 0.1, True)),
        *((0.7, 0.6, False), (0.7, 0.8, True), (0.2, 0.3, True)),
    ],
)
def test_min_score_is_of_presence(model, min_score, blue, is_found):
    hands = estimator(model, min_score=min_score).predict(image(blue))
    assert bool(hands) is is_found


def test_a_followed_hand_needs_less(model):
    tracker = HandTracker(estimator(model))
    between = (MIN_PRESENCE + KEEP_PRESENCE) / 2
    assert tracker.update(image(between)) == []
    assert len(tracker.update(image(MIN_PRESENCE + 0.1))) == 1
    assert [hand.id for hand in tracker.update(image(between))] == [1]
    assert tracker.update(image(KEEP_PRESENCE - 0.1)) == []


def look(points: np.ndarray, sureness: float, score: float, left: float) -> HandPose:
    box = [0, 0, 100, 100]
    space = np.full((21, 3), score)
    hand = HandPose(points, np.full(21, sureness), box, score, keypoints_3d=space)
    return hand.with_side(left)


def test_looks_are_combined():
    """Sureness .8 counts as .8 ** 5 where .4 counts as .4 ** 5: one 33rd."""
    points = np.random.default_rng(0).uniform(0, 100, (21, 2))
    beside = points + np.array([[20.0, 0]])
    beside[3] = points[3] + (0, 31)  # farther than .3 of the box: another place
    first, second = look(points, 0.4, 0.9, 0.2), look(beside, 0.8, 0.5, 0.8)
    hand = combined_pose([first, second], tell_presence=True)
    share = 0.8**5 / (0.8**5 + 0.4**5)
    expected = points + share * (beside - points)
    expected[3] = beside[3]
    np.testing.assert_allclose(hand.keypoints, expected, rtol=1e-5)
    np.testing.assert_allclose(hand.box[:2], expected.min(axis=0), rtol=1e-5)
    np.testing.assert_allclose(hand.scores, 0.8, rtol=1e-6)
    space = (0.8**4 * 0.5 + 0.4**4 * 0.9) / (0.8**4 + 0.4**4)
    np.testing.assert_allclose(hand.keypoints_3d, space, rtol=1e-5)
    # Odds of 9 and 1 have 3 in their middle; of 1 to 4 and 4 to 1 it is even.
    assert hand.score == pytest.approx(0.75, rel=1e-4)
    assert hand.left_score == pytest.approx(0.5, abs=1e-6)
    assert combined_pose([first, second], tell_presence=False).score == 0.5
    assert combined_pose([first], tell_presence=True) is first


def test_of_looks_as_sure_as_each_other_the_last_counts():
    points = np.random.default_rng(0).uniform(0, 9, (21, 2))
    far = points + 100
    hand = combined_pose(
        [look(points, 0.5, 0.5, 0.5), look(far, 0.5, 0.5, 0.5)], tell_presence=True
    )
    np.testing.assert_allclose(hand.keypoints, far, rtol=1e-6)


@pytest.mark.parametrize(
    ("facts", "limits"),
    [
        ({}, (MIN_HAND_SCORE, KEEP_SCORE)),
        ({"presence": True}, (MIN_PRESENCE, KEEP_PRESENCE)),
        ({"decode": {"min_score": 0.8, "keep_score": 0.4}}, (0.8, 0.4)),
        ({"decode": {"min_score": 0.15}}, (0.15, 0.125)),
    ],
)
def test_a_model_s_limits(facts, limits):
    facts = {**facts, "decode": {"method": "soft_argmax", **facts.get("decode", {})}}
    found = hand_limits(metadata(**facts))
    assert (found.find, found.keep) == pytest.approx(limits)


@pytest.mark.parametrize(
    ("find", "keep"), [(0.5, 0.3), (0.9, 0.3), (0.25, 0.15), (0.0, 0.0)]
)
def test_keeping_needs_less_than_finding_whatever_is_asked_for(find, keep):
    assert HandLimits(0.5, 0.3).keep_below(find) == pytest.approx(keep)
