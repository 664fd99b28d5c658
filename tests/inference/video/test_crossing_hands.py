"""Two hands of dots that cross, hide and come back: whose id and side is whose."""

from __future__ import annotations

import numpy as np
import pytest
from dot_model import dot_image, true_keypoints, write_dot_model
from fake_detector import FakeDetector, detected

from handypose_tf.inference import HandPoseEstimator, HandTracker

SHAPE = np.array([[-10.0, -35], [30, 15], [-20, 35]])
MIRRORED = SHAPE * (-1, 1)


def at(shape: np.ndarray, x: float, y: float) -> np.ndarray:
    """The dots of a hand around a place."""
    return shape + np.array([x, y])


GREY = np.full((300, 500, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sided")
    return write_dot_model(
        folder / "handypose_sided_64_float32.tflite", handedness=True
    )


class Stage:
    """Dot hands, the later in front; the detector knows those that are not hidden."""

    def __init__(self, model, **options) -> None:
        self.detector = FakeDetector()
        estimator = HandPoseEstimator(model, num_threads=1, detector=self.detector)
        self.tracker = HandTracker(estimator, **{"smoothing": None, **options})

    def show(self, *hands: np.ndarray, seconds: float | None = None):
        """Track a frame; a hand in front covers all within 40 px of its middle."""
        image = GREY.copy()
        y, x = np.mgrid[:300, :500]
        self.detector.hands = []
        for index, dots in enumerate(hands):
            own_x, own_y = dots.mean(axis=0)
            image[np.hypot(x - own_x, y - own_y) < 40] = 90
            image = np.maximum(image, dot_image(300, 500, dots, 9))
            in_front = [other.mean(axis=0) for other in hands[index + 1 :]]
            if all(np.hypot(*(dots.mean(axis=0) - p)) > 50 for p in in_front):
                self.detector.hands.append(detected(true_keypoints(dots)))
        return self.tracker.update(image, seconds)


def nearest(hands, dots):
    """The tracked hand whose points are a true hand's, within 2 px."""
    true = true_keypoints(dots)
    near = [h for h in hands if np.abs(h.keypoints - true).max() < 2]
    return near[0] if near else None


@pytest.mark.parametrize("step", [4, 8])
@pytest.mark.parametrize("height", [150, 130])
def test_ids_and_sides_stay_with_hands_that_cross(model, height, step):
    stage = Stage(model)
    for frame in range(280 // step):
        one = at(SHAPE, 110 + step * frame, 150)
        other = at(MIRRORED, 390 - step * frame, height)
        hands = stage.show(one, other)
        if frame == 0:
            before = [nearest(hands, dots) for dots in (one, other)]
    after = [nearest(hands, dots) for dots in (one, other)]
    assert [hand.id for hand in after] == [hand.id for hand in before] == [1, 2]
    assert [hand.is_left for hand in after] == [hand.is_left for hand in before]


@pytest.mark.parametrize("rate", [10, 30, 60])
@pytest.mark.parametrize(("gone", "same_id"), [(0.4, True), (0.7, False)])
def test_half_a_second_is_remembered_at_every_frame_rate(model, rate, gone, same_id):
    stage = Stage(model)
    stage.show(at(SHAPE, 200, 150), seconds=0.0)
    for frame in range(1, round(gone * rate)):
        assert stage.show(seconds=frame / rate) == []
    [hand] = stage.show(at(SHAPE, 220, 150), seconds=gone)
    assert (hand.id == 1) is same_id


def test_a_lost_hand_is_looked_for_where_it_was_going(model):
    """Behind a board for a third of a second it moves on by two hand sizes."""
    stage = Stage(model, every=100)
    for frame in range(10):
        stage.show(at(SHAPE, 60 + 14 * frame, 150))
    for _ in range(10):
        assert stage.show() == []
    [hand] = stage.show(at(SHAPE, 60 + 14 * 20, 150))
    assert hand.id == 1


def test_the_side_is_not_taken_from_a_mixture(model):
    """A hand that stands has the other one pass behind it, and a mixture is seen."""
    stage = Stage(model)
    standing = at(MIRRORED, 250, 150)
    sides = []
    for frame in range(50):
        hands = stage.show(at(SHAPE, 70 + 6 * frame, 120), standing)
        sides += [hand.left_score for hand in hands if hand.id == 2]
    assert nearest(hands, standing).id == 2
    assert len(sides) >= 45 and max(sides) < 0.1
