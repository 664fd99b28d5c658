from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from dot_model import dot_image, true_keypoints, write_dot_model
from hypothesis import given, settings
from hypothesis import strategies as st

from handypose_tf.errors import DataError, ModelError
from handypose_tf.images import write_image
from handypose_tf.inference import (
    HandPoseEstimator,
    LiteRTModel,
    UntrainedModelWarning,
    draw_hands,
)
from handypose_tf.inference.crop_results import CropResults

CENTERS = np.array([[120.0, 80], [160, 130], [110, 150]])
OTHER = np.array([[300.0, 200], [340, 180], [330, 240]])


def box_around(centers, radius):
    low, high = centers.min(axis=0) - radius, centers.max(axis=0) + radius
    return [*low, *(high - low)]


@pytest.fixture(scope="module")
def estimator(dot_model) -> HandPoseEstimator:
    return HandPoseEstimator(dot_model, num_threads=1, detector=None)


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return dot_image(300, 400, CENTERS, 9)


def assert_found(hand, centers, tolerance):
    true = true_keypoints(centers)
    np.testing.assert_allclose(hand.keypoints, true, atol=tolerance)
    low, high = true.min(axis=0), true.max(axis=0)
    np.testing.assert_allclose(hand.box, [*low, *(high - low)], atol=2 * tolerance)


def test_with_a_box(estimator, image):
    [hand] = estimator.predict(image, [box_around(CENTERS, 9)])
    assert_found(hand, CENTERS, 0.1)
    assert hand.score == pytest.approx(1, abs=1e-3)


def test_without_a_box_the_second_look_is_as_good(estimator, image):
    [hand] = estimator.predict(image)
    assert_found(hand, CENTERS, 0.1)


def test_a_small_hand_in_a_large_picture(estimator):
    centers = CENTERS + np.array([700, 400])
    [hand] = estimator.predict(dot_image(900, 1200, centers, 9))
    assert_found(hand, centers, 0.2)


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(0, 300),
    y=st.floats(0, 200),
    scale=st.floats(0.4, 2),
    slack=st.floats(0, 9),
)
def test_anywhere_at_any_size(estimator, x, y, scale, slack):
    centers = (CENTERS - CENTERS.min(axis=0)) * scale + (x + 30, y + 30)
    radius = 10 * scale
    image = dot_image(400, 500, centers, radius)
    [hand] = estimator.predict(image, [box_around(centers, radius + slack)])
    assert_found(hand, centers, 0.5)


def test_a_hand_that_reaches_out_of_the_picture(estimator, image):
    cut = np.ascontiguousarray(image[70:, 105:])
    centers = CENTERS - np.array([105, 70])
    [hand] = estimator.predict(cut, [box_around(centers, 9)])
    np.testing.assert_allclose(hand.keypoints[1], centers[1], atol=0.1)


def test_boxes_keep_their_order_beyond_one_batch(estimator, image):
    both = np.maximum(image, dot_image(300, 400, OTHER, 9))
    order = [CENTERS, OTHER] * 5
    hands = estimator.predict(both, [box_around(centers, 9) for centers in order])
    assert len(hands) == 10
    for hand, centers in zip(hands, order, strict=True):
        assert_found(hand, centers, 0.5)


def test_no_boxes_no_hands(estimator, image):
    assert estimator.predict(image, []) == []


def test_nothing_to_be_seen_is_no_hand(estimator):
    assert estimator.predict(np.full((50, 80, 3), 90, np.uint8)) == []


def test_nothing_in_a_given_box_is_still_one_hand_a_box(estimator):
    [hand] = estimator.predict(np.full((50, 80, 3), 90, np.uint8), [[5, 5, 30, 30]])
    assert hand.score < 0.01


def test_the_threshold_is_an_option(dot_model):
    estimator = HandPoseEstimator(dot_model, detector=None, min_score=0)
    assert len(estimator.predict(np.full((50, 80, 3), 90, np.uint8))) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (20_000, 2)])
def test_extreme_pictures(estimator, size):
    assert estimator.predict(np.full((*size, 3), 90, np.uint8)) == []
    [hand] = estimator.predict(np.full((*size, 3), 90, np.uint8), [[0, 0, 1, 1]])
    assert np.isfinite(hand.keypoints).all()


def test_reads_files(estimator, image, tmp_path):
    path = write_image(tmp_path / "a.png", image)
    [hand] = estimator.predict(path)
    assert_found(hand, CENTERS, 0.1)
    with pytest.raises(DataError, match="no such file"):
        estimator.predict(tmp_path / "none.png")


def test_heatmaps_lie_where_the_dots_are(estimator, image):
    heatmaps, matrix = estimator.heatmaps(image, box_around(CENTERS, 9))
    assert heatmaps.shape == (16, 16, 21)
    row, column = np.unravel_index(heatmaps[:, :, 2].argmax(), (16, 16))
    cell = matrix @ [*CENTERS[2], 1]
    np.testing.assert_allclose(cell[:2], (column, row), atol=0.8)


@pytest.mark.parametrize(("decode", "shift"), [({}, 0), ({"cell_offset": 0.0}, 1.5)])
def test_heatmap_cells_follow_the_models_offset(tmp_path, image, decode, shift):
    facts = {"method": "soft_argmax", **decode}
    path = write_dot_model(tmp_path / "a.tflite", decode=facts)
    _, matrix = HandPoseEstimator(path).heatmaps(image, [0, 0, 64, 64])
    crop_to_cell = matrix[0, 0] * 1.5
    assert crop_to_cell == pytest.approx(1 / 4, rel=1e-6)
    center = matrix @ [32, 32, 1]
    np.testing.assert_allclose(center[:2], 7.5 + shift / 4, atol=0.01)


def test_a_file_without_heatmaps(tmp_path, image):
    path = write_dot_model(tmp_path / "a.tflite", heatmaps=False)
    assert HandPoseEstimator(path).heatmaps(image, [0, 0, 64, 64]) is None


def test_drawing(estimator, image):
    [hand] = estimator.predict(image)
    drawn = draw_hands(image, [hand])
    assert drawn.shape == image.shape and (drawn != image).any()
    np.testing.assert_array_equal(draw_hands(image, []), image)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros((9, 9, 3)), "float64"),
        (np.zeros((9, 9), np.uint8), r"\(9, 9\)"),
        (np.zeros((0, 9, 3), np.uint8), r"\(0, 9, 3\)"),
    ],
)
def test_wrong_pictures(estimator, value, message):
    with pytest.raises(ValueError, match=message):
        estimator.predict(value)


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([1, 2, 3, 4], r"\(num_hands, 4\)"),
        ([[1, 2, 3]], r"\(num_hands, 4\)"),
        ([[1, 2, np.nan, 4]], "finite"),
        ([[1, 2, 0, 4]], "sides above 0"),
        ([[1, 2, 3, -4]], "sides above 0"),
    ],
)
def test_wrong_boxes(estimator, image, boxes, message):
    with pytest.raises(ValueError, match=message):
        estimator.predict(image, boxes)


@pytest.mark.parametrize("box", [[400, 0, 9, 9], [-20, 0, 9, 9], [0, 300, 9, 9]])
def test_boxes_outside_the_picture(estimator, image, box):
    with pytest.raises(DataError, match="outside the picture of 400 x 300"):
        estimator.predict(image, [box])


def test_a_box_of_shares_is_not_taken_for_pixels(estimator, image):
    with pytest.raises(DataError, match=r"box 0\.1, 0\.2, .* multiply by 400 and"):
        estimator.predict(image, [[0.1, 0.2, 0.5, 0.5]])
    assert len(estimator.predict(image, [[0, 0, 1.5, 2]])) == 1


def test_an_untrained_model_warns(tmp_path):
    path = write_dot_model(tmp_path / "a.tflite", trained=False)
    with pytest.warns(UntrainedModelWarning, match="never trained on hands"):
        HandPoseEstimator(path)


def test_a_model_that_gives_nan(estimator, image, monkeypatch):
    monkeypatch.setattr(
        LiteRTModel,
        "run",
        lambda _, crops: CropResults(np.full((len(crops), 21, 3), np.nan)),
    )
    with pytest.raises(ModelError, match="gives NaN"):
        estimator.predict(image)


def test_an_unknown_model():
    with pytest.raises(ModelError, match="no shipped model has this name"):
        HandPoseEstimator("no_such_preset")


def test_tensorflow_is_never_imported(dot_model):
    script = (
        "import sys\n"
        "sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "import numpy, handypose_tf\n"
        "Estimator = handypose_tf.HandPoseEstimator\n"
        f"estimator = Estimator({str(dot_model)!r}, detector=None)\n"
        "assert estimator.predict(numpy.zeros((9, 9, 3), numpy.uint8)) == []\n"
        "loaded = {name.partition('.')[0] for name in sys.modules if '.' in name}\n"
        "assert not loaded & {'tensorflow', 'keras', 'tf_keras'}\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
