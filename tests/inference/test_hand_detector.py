from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from dot_detector import SIDES, write_dot_detector
from dot_model import dot_image, write_dot_model

from handypose_tf.errors import ModelError
from handypose_tf.geometry import crop_matrix, transform_points
from handypose_tf.inference import (
    DetectedHand,
    HandDetector,
    HandPoseEstimator,
    UntrainedModelWarning,
)
from handypose_tf.inference.hand_detector import (
    is_worth,
    whole_hands,
)
from handypose_tf.inference.picture_tiles import Tile, picture_levels

RADIUS = 20
SIDE = math.sqrt(math.pi) * RADIUS
RED, GREEN, BLUE = [120.0, 80], [200.0, 60], [300.0, 220]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_dot_detector(tmp_path_factory.mktemp("models") / "a.tflite")


@pytest.fixture(scope="module")
def detector(path) -> HandDetector:
    return HandDetector(path, num_threads=1)


def dots(height=300, width=400, shift=(0, 0)) -> np.ndarray:
    centers = np.array([RED, GREEN, BLUE]) + shift
    return dot_image(height, width, centers, RADIUS)


@pytest.mark.parametrize(
    ("height", "width", "shift"),
    [(300, 400, (0, 0)), (500, 400, (10, 200)), (400, 400, (33, -20))],
)
def test_hands_lie_where_they_are_in_the_picture(detector, height, width, shift):
    first, second = detector.detect(dots(height, width, shift))
    np.testing.assert_allclose(first.center, np.add(RED, shift), atol=0.5)
    np.testing.assert_allclose(second.center, np.add(BLUE, shift), atol=0.5)
    assert first.center.dtype == np.float32
    assert first.size == pytest.approx(SIDES[1] * SIDE, rel=0.05)
    assert first.aspect == pytest.approx(SIDES[0] / SIDES[1], rel=1e-5)


def test_the_best_comes_first_and_its_double_is_left_out(detector):
    scores = [hand.score for hand in detector.detect(dots())]
    np.testing.assert_allclose(scores, [1, 0.75], atol=0.02)


def test_a_closer_look_finds_the_same_place(path):
    closer = HandDetector(path, num_threads=1, levels=3)
    image = np.zeros((600, 800, 3), np.uint8)
    image[:, :] = dot_image(600, 800, [[620.0, 480], [650, 470], [-99, -99]], 8)
    best = closer.detect(image)[0]
    np.testing.assert_allclose(best.center, [620, 480], atol=0.6)


def test_what_the_border_of_a_tile_cuts_is_left_out():
    tile = Tile(100, 0, 200, 100)
    inside, at_border, at_top = (
        DetectedHand(np.array(center, np.float32), 20, 0, 1)
        for center in ([150, 50], [109, 50], [150, 9])
    )
    kept = whole_hands([inside, at_border, at_top], tile, width=200, height=100)
    assert kept == [inside, at_top]


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1, 1), (50, 4000), (7, 9)])
@pytest.mark.parametrize("levels", [1, 2, 4])
def test_tiles_cover_the_picture_and_overlap(width, height, levels):
    tiles = [tile for own in picture_levels(width, height, levels) for tile in own]
    assert tiles[0] == (0, 0, width, height)
    assert len(set(tiles)) == len(tiles) or min(width, height) < 10
    seen = np.zeros((height, width), int)
    for tile in tiles:
        assert 0 <= tile.left < tile.right <= width
        assert 0 <= tile.top < tile.bottom <= height
        seen[tile.top : tile.bottom, tile.left : tile.right] += 1
    assert (seen >= levels).all()


def test_a_picture_has_as_many_tiles_as_is_said():
    assert [len(tiles) for tiles in picture_levels(640, 480, 3)] == [1, 4, 12]


def test_one_look_is_enough_where_it_sees_nothing(path, monkeypatch):
    looks: list[Tile] = []
    own = HandDetector._look
    monkeypatch.setattr(
        HandDetector, "_look", lambda s, i, tile: looks.append(tile) or own(s, i, tile)
    )
    closer = HandDetector(path, num_threads=1, levels=3)
    assert closer.detect(np.zeros((480, 640, 3), np.uint8)) == []
    assert looks == [(0, 0, 640, 480)]


@pytest.mark.parametrize(
    ("hint", "is_worth_it"),
    [
        (((150, 150), 20, 0.2), True),
        (((150, 150), 20, 0.1), False),
        (((150, 150), 50, 0.9), False),
        (((210, 150), 20, 0.9), False),
    ],
    ids=["unsure and small", "nothing", "large already", "elsewhere"],
)
def test_where_a_closer_look_is_worth_it(hint, is_worth_it):
    center, size, score = hint
    seen = DetectedHand(np.array(center, np.float32), size, 0.0, score)
    tile = Tile(100, 100, 200, 200)
    assert is_worth(tile, [seen]) is is_worth_it
    assert is_worth(tile, None) and not is_worth(tile, [])


def test_levels_count_from_one(path):
    with pytest.raises(ValueError, match=r"`levels` must be 1 or more\. Received: 0"):
        HandDetector(path, levels=0)


def test_the_turn_brings_the_direction_upright(detector):
    hand = detector.detect(dots())[0]
    assert hand.degrees == pytest.approx(math.degrees(math.atan2(80, 20)), abs=1)
    upright = crop_matrix(hand.center, 1, 1, degrees=hand.degrees)
    (x, y), _ = transform_points([GREEN, RED], upright)
    assert abs(x) < 1.5 and y < -80


def test_the_threshold_is_the_files_own_or_an_option(path, detector):
    assert detector.min_score == 0.4
    assert len(HandDetector(path, min_score=0.8).detect(dots())) == 1


def test_nothing_to_be_seen_is_no_hand(detector):
    assert detector.detect(np.full((50, 80, 3), 90, np.uint8)) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (9000, 2)])
def test_extreme_pictures(detector, size):
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == []


def test_box_of_a_wide_and_a_high_hand():
    hand = DetectedHand(np.array([50.0, 40], np.float32), 20.0, 0.0, 0.9, aspect=0.5)
    np.testing.assert_allclose(hand.box, [45, 30, 10, 20])
    np.testing.assert_allclose(replace(hand, aspect=4.0).box, [40, 37.5, 20, 5])
    assert hand.box.dtype == np.float32


def test_an_untrained_detector_says_so(tmp_path):
    path = write_dot_detector(tmp_path / "a.tflite", trained=False)
    with pytest.warns(UntrainedModelWarning, match="its finds mean nothing"):
        HandDetector(path)


def test_pose_models_and_detectors_are_not_mixed_up(path, tmp_path):
    with pytest.raises(ModelError, match="is a pose model; give a detector"):
        HandDetector(write_dot_model(tmp_path / "pose.tflite"))
    with pytest.raises(ModelError, match="is a detector model; give a pose"):
        HandPoseEstimator(path)
    (tmp_path / "a.keras").write_bytes(b"")
    with pytest.raises(ModelError, match=r"a detector runs as \.tflite"):
        HandDetector(tmp_path / "a.keras")


def test_the_file_must_give_as_many_hands_as_it_says(tmp_path):
    path = write_dot_detector(tmp_path / "a.tflite", decode={"method": "centers"})
    with pytest.raises(ModelError, match="needs an output 'hands'"):
        HandDetector(path)


def test_wrong_pictures(detector):
    with pytest.raises(ValueError, match="uint8 RGB"):
        detector.detect(np.zeros((9, 9), np.uint8))
