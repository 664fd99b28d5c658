from __future__ import annotations

import math

import numpy as np
import pytest
from dot_model import dot_image, true_keypoints
from fake_detector import FakeDetector, detected

from handypose_tf.inference import HandPoseEstimator, HandTracker, OneEuro
from handypose_tf.inference.thresholds import KEEP_SCORE, MIN_HAND_SCORE

SHAPE = np.array([[-10.0, -35], [30, 15], [-20, 35]])


def at(x: float, y: float) -> np.ndarray:
    """The three dots of a hand around a place."""
    return SHAPE + np.array([x, y])


GREY = np.full((300, 400, 3), 90, np.uint8)


class Scene:
    """Dot hands in front of a tracker whose detector knows where they are."""

    def __init__(self, dot_model, **options) -> None:
        self.detector = FakeDetector()
        estimator = HandPoseEstimator(dot_model, num_threads=1, detector=self.detector)
        self.tracker = HandTracker(estimator, **{"smoothing": None, **options})

    def show(self, *centers, seen: bool = True):
        """Track one frame with a hand at each of `centers`."""
        hands = [at(*center) for center in centers]
        self.detector.hands = [detected(true_keypoints(hand)) for hand in hands]
        pictures = [dot_image(300, 400, hand, 9) for hand in hands] if seen else []
        return self.tracker.update(np.maximum.reduce([GREY, *pictures]))


def test_a_hand_is_followed_without_the_detector(dot_model):
    scene = Scene(dot_model, every=100)
    for frame in range(30):
        center = (60 + 8 * frame, 150 + 40 * np.sin(frame / 5))
        [hand] = scene.show(center)
        true = true_keypoints(at(*center))
        np.testing.assert_allclose(hand.keypoints, true, atol=0.6)
        assert hand.id == 1
    assert scene.detector.num_looks == 1


@pytest.mark.parametrize(("every", "num_looks"), [(1, 20), (5, 4), (100, 1)])
def test_the_detector_looks_every_so_often(dot_model, every, num_looks):
    scene = Scene(dot_model, every=every)
    for _ in range(20):
        scene.show((100, 150))
    assert scene.detector.num_looks == num_looks


def test_a_hand_just_good_enough_to_be_found_is_followed(dot_model):
    """Dots at .16 of their strength score 2 x .16: more than a find needs."""
    scene = Scene(dot_model, every=100)
    bright = dot_image(300, 400, at(100, 150), 9).astype(int)
    faint = np.rint(90 + 0.16 * (bright - 90)).astype(np.uint8)
    scene.detector.hands = [detected(true_keypoints(at(100, 150)))]
    for _ in range(10):
        [hand] = scene.tracker.update(faint)
        assert MIN_HAND_SCORE < hand.score < MIN_HAND_SCORE + 0.03
        assert hand.id == 1
    assert scene.detector.num_looks == 1


def test_keeping_a_hand_needs_less_than_finding_it():
    assert KEEP_SCORE < MIN_HAND_SCORE


def test_ids_are_kept_and_new_hands_get_new_ones(dot_model):
    scene = Scene(dot_model, every=2)
    for frame in range(12):
        centers = [(80, 100 + 5 * frame)]
        if frame >= 4:
            centers.append((320, 200 - 5 * frame))
        hands = scene.show(*centers)
        assert [hand.id for hand in hands] == [1, 2][: len(centers)]
        for hand, center in zip(hands, centers, strict=True):
            true = true_keypoints(at(*center))
            np.testing.assert_allclose(hand.keypoints, true, atol=0.6)


def test_a_hand_that_goes_is_lost_at_once(dot_model):
    scene = Scene(dot_model)
    assert len(scene.show((100, 150))) == 1
    assert scene.show() == []


@pytest.mark.parametrize(("gone", "same_id"), [(3, True), (20, False)])
def test_a_hand_that_comes_back_soon_has_its_id_again(dot_model, gone, same_id):
    scene = Scene(dot_model, patience=1 / 3)
    scene.show((100, 150))
    for _ in range(gone):
        scene.show()
    [hand] = scene.show((120, 150))
    assert (hand.id == 1) is same_id


def test_a_hand_that_comes_elsewhere_is_another(dot_model):
    scene = Scene(dot_model)
    scene.show((80, 150))
    scene.show()
    [hand] = scene.show((300, 150))
    assert hand.id == 2


def test_a_lost_hand_is_searched_for_in_the_same_frame(dot_model):
    scene = Scene(dot_model, every=100)
    scene.show((80, 150))
    [hand] = scene.show((300, 150))
    np.testing.assert_allclose(hand.keypoints, true_keypoints(at(300, 150)), atol=0.6)


def test_no_more_hands_than_asked_for(dot_model):
    scene = Scene(dot_model, max_hands=1, every=1)
    for _ in range(3):
        [hand] = scene.show((80, 150), (320, 150))
        assert hand.id == 1


def test_a_much_better_hand_takes_the_place(dot_model):
    """A faint hand is followed; a bright one comes in."""
    scene = Scene(dot_model, max_hands=1, every=1)
    faint, bright = at(80, 150), at(320, 150)
    dim = (90 + (dot_image(300, 400, faint, 9).astype(int) - 90) // 4).astype(np.uint8)
    scene.detector.hands = [detected(true_keypoints(faint))]
    [first] = scene.tracker.update(dim)
    assert 0.4 < first.score < 0.6
    scene.detector.hands.append(detected(true_keypoints(bright)))
    both = np.maximum(dim, dot_image(300, 400, bright, 9))
    [second] = scene.tracker.update(both)
    assert (second.id, round(second.score)) == (2, 1)


def test_what_the_detector_sees_in_nothing_is_no_hand(dot_model):
    assert Scene(dot_model).show((100, 150), seen=False) == []


def test_two_that_run_into_one_become_the_older(dot_model):
    scene = Scene(dot_model, every=100)
    first, second = scene.show((80, 150), (330, 150))
    assert (first.id, second.id) == (1, 2)
    second_track = scene.tracker._tracks[1]
    second_track.pose = scene.tracker._tracks[0].pose
    [hand] = scene.show((80, 150))
    assert hand.id == 1


def test_points_are_smoothed_and_crops_are_not(dot_model):
    smoothed = Scene(dot_model, smoothing=OneEuro(min_cutoff=1, beta=0))
    for frame in range(30):
        center = (60 + 8 * frame, 150)
        [hand] = smoothed.show(center)
    lag = (true_keypoints(at(*center)) - hand.keypoints)[:, 0]
    # 240 px/s at 1 Hz: 38 px, of which 29 frames reach 99 %.
    assert lag.mean() == pytest.approx(38, abs=1.5)
    low, high = hand.keypoints.min(axis=0), hand.keypoints.max(axis=0)
    np.testing.assert_allclose(hand.box, [*low, *(high - low)], rtol=1e-5)


def test_times_are_the_callers_where_given(dot_model):
    """Twice the time between frames, the lag of half the speed."""
    lags = []
    for step in (1 / 30, 2 / 30):
        scene = Scene(dot_model, smoothing=OneEuro(min_cutoff=1, beta=0))
        for frame in range(60):
            center = (60 + 4 * frame, 150)
            image = dot_image(300, 400, at(*center), 9)
            scene.detector.hands = [detected(true_keypoints(at(*center)))]
            [hand] = scene.tracker.update(image, frame * step)
        lags.append((true_keypoints(at(*center)) - hand.keypoints)[:, 0].mean())
    assert lags[0] == pytest.approx(2 * lags[1], rel=0.02)


def test_reset_forgets(dot_model):
    scene = Scene(dot_model)
    scene.show((100, 150))
    scene.tracker.reset()
    [hand] = scene.show((300, 150))
    assert hand.id == 1


def test_without_a_detector_the_picture_is_searched(dot_model):
    estimator = HandPoseEstimator(dot_model, num_threads=1, detector=None)
    tracker = HandTracker(estimator, every=2)
    for frame in range(6):
        centers = at(100 + 5 * frame, 150)
        hands = tracker.update(dot_image(300, 400, centers, 9))
        assert [hand.id for hand in hands] == [1]


@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, 0.9], ids=["nan", "infinite", "before the last"]
)
def test_a_wrong_time_is_refused_and_the_video_goes_on(dot_model, bad):
    scenes = Scene(dot_model), Scene(dot_model)
    image = dot_image(300, 400, at(100, 150), 9)
    for scene in scenes:
        scene.detector.hands = [detected(true_keypoints(at(100, 150)))]
        scene.tracker.update(image, 1.0)
    with pytest.raises(ValueError, match=r"`seconds` must be finite .*1\.0"):
        scenes[0].tracker.update(GREY, bad)
    moved = dot_image(300, 400, at(104, 150), 9)
    found = [scene.tracker.update(moved, 1.1) for scene in scenes]
    assert [hand.id for [hand] in found] == [1, 1]
    np.testing.assert_array_equal(found[0][0].keypoints, found[1][0].keypoints)


def test_the_first_frame_may_have_any_time_and_reset_starts_anew(dot_model):
    scene = Scene(dot_model)
    image = dot_image(300, 400, at(100, 150), 9)
    scene.detector.hands = [detected(true_keypoints(at(100, 150)))]
    for seconds in (-5.0, 100.0, 100.0):
        assert len(scene.tracker.update(image, seconds)) == 1
    scene.tracker.reset()
    assert len(scene.tracker.update(image, 0.0)) == 1


@pytest.mark.parametrize("name", ["max_hands", "every"])
def test_wrong_numbers(dot_model, name):
    with pytest.raises(ValueError, match=f"`{name}` must be 1 or more"):
        Scene(dot_model, **{name: 0})


def test_wrong_pictures(dot_model):
    with pytest.raises(ValueError, match="float64"):
        Scene(dot_model).tracker.update(np.zeros((9, 9, 3)))
