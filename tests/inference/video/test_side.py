"""The side of a hand, from a model that tells it to what is written and drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest
from dot_model import dot_image, write_dot_model

from handypose_tf.cli.main import main
from handypose_tf.images import write_image
from handypose_tf.inference import HandPoseEstimator, HandTracker, draw_hands
from handypose_tf.inference.video.side_filter import SideFilter

CENTERS = np.array([[190.0, 115], [230, 165], [180, 185]])
BOX = [180, 115, 50, 70]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sided")
    return write_dot_model(
        folder / "handypose_sided_64_float32.tflite", handedness=True
    )


@pytest.fixture(scope="module")
def image():
    return dot_image(300, 400, CENTERS, 9)


def test_the_mirror_image_is_of_the_other_hand(model, image):
    [left] = HandPoseEstimator(model).predict(image, [BOX])
    assert left.is_left is True and left.left_score > 0.8
    mirror, box = image[:, ::-1], [400 - 180 - 50, 115, 50, 70]
    [right] = HandPoseEstimator(model).predict(mirror, [box])
    assert right.is_left is False
    assert right.left_score == pytest.approx(1 - left.left_score, abs=0.01)
    [again] = HandPoseEstimator(model, mirrored=True).predict(mirror, [box])
    assert again.left_score == pytest.approx(left.left_score, abs=0.01)


def test_a_model_without_a_head_tells_none(dot_model, image):
    [hand] = HandPoseEstimator(dot_model).predict(image, [BOX])
    assert hand.is_left is None and hand.left_score is None


def test_the_mean_of_logits_by_hand():
    side = SideFilter()
    assert side(0.8) == pytest.approx(0.8)
    # Logits 1.3863 and -0.8473: their mean is 0.2695.
    assert side(0.3) == pytest.approx(0.56697, abs=1e-4)


def test_one_wrong_frame_does_not_change_the_side_and_many_do():
    side = SideFilter()
    for _ in range(20):
        side(0.9)
    assert side(0.0) > 0.8
    found = [side(0.1) for _ in range(30)]
    assert found[5] > 0.5 and found[-1] < 0.3


def test_a_followed_hand_keeps_its_side(model, image):
    estimator = HandPoseEstimator(model, detector=None)
    tracker = HandTracker(estimator, max_hands=1)
    [single] = estimator.predict(image)
    found = [tracker.update(image)[0] for _ in range(3)]
    assert all(hand.is_left for hand in found)
    assert found[-1].left_score == pytest.approx(single.left_score, abs=0.05)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_command_writes_it(model, image, tmp_path, mirrored):
    write_image(tmp_path / "a.png", image)
    words = ["predict", str(tmp_path / "a.png"), "--model", str(model)]
    words += ["--box", ",".join(map(str, BOX)), "--json", str(tmp_path / "a.json")]
    assert main([*words, *["--mirrored"] * mirrored]) == 0
    [entry] = json.loads((tmp_path / "a.json").read_text())
    [hand] = entry["hands"]
    assert hand["is_left"] is not mirrored
    assert (hand["left_score"] > 0.8) is not mirrored


def test_the_letter_is_drawn(model, image):
    [hand] = HandPoseEstimator(model).predict(image, [BOX])
    plain = HandPoseEstimator(model).predict(image, [BOX])[0]
    object.__setattr__(plain, "is_left", None)
    drawn, without = draw_hands(image, [hand]), draw_hands(image, [plain])
    other = draw_hands(image, [hand.with_side(0.1)])
    rows, columns = np.nonzero((drawn != without).any(axis=-1))
    x, y = hand.box[:2]
    assert abs(rows.max() - y) < 6 and abs(columns.min() - x) < 6
    assert (drawn != other).any()
