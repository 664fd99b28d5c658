from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dot_detector import write_dot_detector
from dot_model import dot_image, true_keypoints
from fake_detector import FakeDetector, detected

from handypose_tf.errors import ModelError
from handypose_tf.geometry import HandRegion
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.crop_model import CropModel
from handypose_tf.inference.hand_detector import DetectedHand, HandDetector
from handypose_tf.inference.hand_finder import open_detector
from handypose_tf.inference.hand_pose import HandPose

CENTERS = np.array([[120.0, 80], [160, 130], [110, 150]])
OTHER = np.array([[300.0, 200], [340, 180], [330, 240]])


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    both = [dot_image(300, 400, centers, 9) for centers in (CENTERS, OTHER)]
    return np.maximum(*both)


def estimator(dot_model, *hands, **options) -> HandPoseEstimator:
    return HandPoseEstimator(
        dot_model, num_threads=1, detector=FakeDetector(*hands), **options
    )


def test_both_models_have_a_part_in_the_score(dot_model, image):
    sure = detected(true_keypoints(CENTERS))
    [hand] = estimator(dot_model, sure).predict(image)
    assert hand.score == pytest.approx(hand.scores.mean())
    [same] = estimator(dot_model, replace(sure, score=0.25), min_score=0).predict(image)
    assert same.score == pytest.approx(hand.score / 2)


def test_a_detectors_direction_is_not_believed(dot_model, image, monkeypatch):
    looks = []
    own = CropModel.poses

    def poses(self, picture, regions):
        looks.extend(region.degrees for region in regions)
        return own(self, picture, regions)

    monkeypatch.setattr(CropModel, "poses", poses)
    hand = detected(true_keypoints(CENTERS), 70)
    once = estimator(dot_model, hand, refine=False)
    assert len(once.predict(image)) == 1
    assert looks == [0]


@pytest.mark.parametrize("turn", [True, False])
def test_each_detected_hand_gets_its_keypoints(dot_model, image, turn):
    found = estimator(
        dot_model,
        detected(true_keypoints(CENTERS), 70),
        detected(true_keypoints(OTHER), -160),
        turn=turn,
    ).predict(image)
    assert len(found) == 2
    for centers in (CENTERS, OTHER):
        errors = [abs(hand.keypoints - true_keypoints(centers)).max() for hand in found]
        assert min(errors) < 0.6


def test_detections_of_nothing_are_no_hands(dot_model, image):
    nothing = DetectedHand(np.array([250.0, 40]), 30, 0, 1)
    assert estimator(dot_model, nothing).predict(image) == []


def test_two_detections_of_one_hand_are_one(dot_model, image):
    one = detected(true_keypoints(CENTERS))
    twice = estimator(dot_model, one, replace(one, center=one.center + 5))
    assert len(twice.predict(image)) == 1


def test_known_hands_are_not_found_again(dot_model, image):
    both = estimator(
        dot_model, detected(true_keypoints(CENTERS)), detected(true_keypoints(OTHER))
    )
    first, second = both.find(image)
    [found] = both.find(image, known=[first])
    np.testing.assert_allclose(found.keypoints, second.keypoints, atol=1e-3)


def test_the_second_look_repairs_a_bad_box(dot_model, image):
    """The box cuts dots in two; the next crop, half-way to them, hardly does."""
    [x, y], size = CENTERS.mean(axis=0), 50
    box = [x - size / 2, y - size / 2, size, size]
    errors = []
    for refine in (False, None):
        [hand] = HandPoseEstimator(
            dot_model, num_threads=1, detector=None, refine=refine
        ).predict(image, [box])
        errors.append(abs(hand.keypoints - true_keypoints(CENTERS)).max())
    assert errors[0] > 5 and errors[1] < 2


def test_looking_again_costs_two_runs_a_hand(dot_model, image, monkeypatch):
    from handypose_tf.inference import LiteRTModel

    runs, run = [], LiteRTModel.run
    monkeypatch.setattr(
        LiteRTModel, "run", lambda self, crops: runs.append(crops) or run(self, crops)
    )
    boxes = [[100, 70, 70, 90], [290, 170, 60, 80]]
    for refine, num_runs in ((False, 2), (None, 6), (True, 6)):
        runs.clear()
        HandPoseEstimator(
            dot_model, num_threads=1, detector=None, refine=refine
        ).predict(image, boxes)
        assert sum(map(len, runs)) == num_runs


def test_where_a_hand_is_looked_at_again(dot_model, monkeypatch):
    """Half-way to its points, a tenth wider, upright; mirrored the first time."""
    asked: list[HandRegion] = []
    turns, sureness = [0.0, 45.0, 60.0], [0.2, 0.9, 0.3]

    def poses(self, image, regions):
        number = len(asked)
        asked.extend(regions)
        points, scores = np.full((3, 2), turns[number]), np.full(3, sureness[number])
        return [HandPose(points, scores, [0, 0, 10, 10], 0.5) for _ in regions]

    def pose_region(self, hand, *, turn):
        return HandRegion(np.array([100.0, 60]), 80.0, float(hand.keypoints[0, 0]) + 30)

    monkeypatch.setattr(CropModel, "poses", poses)
    monkeypatch.setattr(CropModel, "pose_region", pose_region)
    monkeypatch.setattr(
        CropModel, "box_region", lambda self, box: HandRegion(np.zeros(2), 20.0)
    )
    [hand] = HandPoseEstimator(dot_model, num_threads=1, detector=None).predict(
        np.zeros((200, 200, 3), np.uint8), [[1, 1, 9, 9]]
    )
    assert [region.mirrored for region in asked] == [False, True, False]
    assert [region.degrees for region in asked] == [0.0, 30.0, 75.0]
    np.testing.assert_allclose(asked[1].center, (50, 30))
    np.testing.assert_allclose(asked[2].center, (75, 45))
    assert asked[1].side == pytest.approx(1.1 * 40)
    assert asked[2].side == pytest.approx(1.1 * (44 * 80) ** 0.5)
    assert hand.keypoints[0, 0] == 45.0


@pytest.mark.parametrize(("refine", "is_right"), [(None, True), (False, False)])
def test_found_hands_are_looked_at_again(dot_model, image, refine, is_right):
    """The detector's box cuts dots in two, as the box above."""
    bad = replace(detected(true_keypoints(CENTERS)), size=50.0)
    [hand] = estimator(dot_model, bad, refine=refine, min_score=0).predict(image)
    error = abs(hand.keypoints - true_keypoints(CENTERS)).max()
    assert (error < 1) == is_right


def test_detectors_are_given_as_such_or_by_name(monkeypatch):
    fake = FakeDetector()
    assert open_detector(fake, None) is fake
    assert open_detector(None, None) is None
    monkeypatch.setattr(
        "handypose_tf.inference.hand_finder.DEFAULT_DETECTOR", "ships_nowhere"
    )
    assert open_detector("auto", None) is None


def test_a_named_detector_is_opened_with_its_levels(tmp_path):
    path = write_dot_detector(tmp_path / "detector.tflite")
    found = open_detector(path, 1, 3)
    assert isinstance(found, HandDetector) and found.levels == 3


def test_a_detector_is_opened_by_its_file(dot_model, tmp_path):
    """It takes each dot for a hand; keypoint 0 is the red dot, 1 the green one."""
    path = write_dot_detector(tmp_path / "detector.tflite")
    finder = HandPoseEstimator(dot_model, num_threads=1, detector=path, min_score=0)
    dots = np.array([[120.0, 80], [200, 60], [300, 220]])
    hands = finder.predict(dot_image(300, 400, dots, 20))
    assert len(hands) == 2
    for joint in (0, 2):
        errors = [abs(hand.keypoints[joint] - dots[joint]).max() for hand in hands]
        assert min(errors) < 1


def test_a_pose_model_is_no_detector(dot_model):
    with pytest.raises(ModelError, match="is a pose model; give a detector model"):
        HandPoseEstimator(dot_model, detector=dot_model)


def test_an_unknown_detector(dot_model):
    with pytest.raises(ModelError, match="no shipped model has this name"):
        HandPoseEstimator(dot_model, detector="no_such_detector")
