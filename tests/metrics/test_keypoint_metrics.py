"""Numbers worked by hand for the numpy metrics."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from handypose_tf.metrics.keypoint_metrics import (
    AUC_THRESHOLDS,
    auc,
    box_sizes,
    epe,
    masked_mean,
    pck,
    point_distances,
    reference_sizes,
)

pytestmark = pytest.mark.any_keras

# Two hands of three points. Hand 0: tight box 40 x 30, B = 40; the third point is
# hidden. Hand 1: tight box 10 x 20, B = 20.
KEYPOINTS = np.array([[[0, 0], [40, 30], [500, 500]], [[5, 5], [15, 25], [10, 10]]])
VISIBILITY = np.array([[1, 0.04, 0], [1, 1, 1]])
# Distances: 5 (3-4-5), 4, masked; 0, 2, 10.
SHIFTS = np.array([[[3, 4], [0, -4], [7, 7]], [[0, 0], [2, 0], [-6, 8]]])
PREDICTED = KEYPOINTS + SHIFTS
DISTANCES = point_distances(PREDICTED, KEYPOINTS)
SIZES = np.array([40.0, 20.0])


def test_distances_are_euclidean() -> None:
    np.testing.assert_allclose(DISTANCES, [[5, 4, np.hypot(7, 7)], [0, 2, 10]])


def test_box_sizes_ignore_hidden_points_and_count_fractions_as_visible() -> None:
    np.testing.assert_array_equal(box_sizes(KEYPOINTS, VISIBILITY), SIZES)


@pytest.mark.parametrize(
    ("normalizer", "expected"),
    [
        ("box", [40, 20]),
        ("crop", [88, 44]),
        ("annotation", [50, 30]),
        ("head", [70, 0]),
    ],
)
def test_reference_sizes(normalizer: str, expected: list[float]) -> None:
    sizes = reference_sizes(
        normalizer,
        KEYPOINTS,
        visibility=VISIBILITY,
        boxes=[[0, 0, 50, 20], [1, 2, 10, 30]],
        head_sizes=[70, 0],
    )
    np.testing.assert_allclose(sizes, expected)


def test_pck_by_hand() -> None:
    # Thresholds x sizes: .1 -> 4 and 2: 4 < 4 and 2 < 2 are false, only 0 hits: 1 of 5.
    # .125 -> 5 and 2.5: 4, 0, 2 hit, 5 < 5 is false: 3 of 5. .6 -> 24 and 12: all.
    values = pck(DISTANCES, VISIBILITY, sizes=SIZES, thresholds=(0.1, 0.125, 0.6))
    np.testing.assert_allclose(values, [1 / 5, 3 / 5, 1])


def test_pck_averaged_by_joints_first_differs_from_pooled() -> None:
    # At .125: joint 0 1 of 2, joint 1 2 of 2, joint 2 0 of 1.
    (value,) = pck(
        DISTANCES, VISIBILITY, sizes=SIZES, thresholds=(0.125,), average="joints"
    )
    assert value == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert value != pytest.approx(3 / 5)


def test_joints_that_nobody_shows_are_left_out_of_the_joint_average() -> None:
    mask = [[True, False], [True, False]]
    assert masked_mean([[1, 9], [0, 9]], mask, "joints") == 0.5


def test_epe_by_hand() -> None:
    assert epe(DISTANCES, VISIBILITY) == pytest.approx((5 + 4 + 0 + 2 + 10) / 5)
    by_joint = ((5 + 0) / 2 + (4 + 2) / 2 + 10) / 3
    assert epe(DISTANCES, VISIBILITY, "joints") == pytest.approx(by_joint)


def test_auc_by_hand() -> None:
    # Thresholds 0, 3, 6: 5 -> 1/3, 4 -> 1/3, 0 -> 2/3 (0 < 0 is false), 2 -> 2/3,
    # 10 -> 0.
    value = auc(DISTANCES, VISIBILITY, thresholds=(0, 3, 6))
    assert value == pytest.approx((1 / 3 + 1 / 3 + 2 / 3 + 2 / 3 + 0) / 5)


def test_auc_thresholds_are_twenty_up_to_thirty_pixels() -> None:
    assert len(AUC_THRESHOLDS) == 20
    assert AUC_THRESHOLDS[0] == 0
    assert AUC_THRESHOLDS[-1] == 30
    assert auc([[0.0]], [[1]]) == pytest.approx(19 / 20)


def test_crop_at_one_hundredth_is_box_at_twenty_two_thousandths() -> None:
    rng = np.random.default_rng(0)
    points, visible = rng.uniform(0, 99, (50, 21, 2)), np.ones((50, 21))
    distances = rng.uniform(0, 5, (50, 21))
    crop = reference_sizes("crop", points, visibility=visible)
    box = reference_sizes("box", points, visibility=visible)
    a = pck(distances, visible, sizes=crop, thresholds=(0.01,))
    b = pck(distances, visible, sizes=box, thresholds=(0.022,))
    assert 0 < a[0] < 1
    np.testing.assert_array_equal(a, b)


def test_points_that_were_not_found_are_wrong_and_have_no_distance() -> None:
    distances = np.array([[np.nan, 1.0]])
    visible = [[1, 1]]
    assert pck(distances, visible, sizes=[100], thresholds=(0.2,)) == [0.5]
    assert auc(distances, visible, thresholds=(2,)) == 0.5
    assert epe(distances, visible) == 1.0


def test_hands_without_a_scale_are_masked_in_pck_alone() -> None:
    distances, visible = np.array([[1.0, 1.0], [3.0, 5.0]]), np.ones((2, 2))
    assert pck(distances, visible, sizes=[0, 10], thresholds=(0.4,)) == [0.5]
    assert epe(distances, visible) == 2.5


@pytest.mark.parametrize("average", ["points", "joints"])
@pytest.mark.parametrize("shape", [(0, 21), (2, 21)])
def test_nothing_to_measure_is_nan(shape: tuple[int, int], average: str) -> None:
    distances, hidden = np.ones(shape), np.zeros(shape)
    sizes = box_sizes(np.zeros((*shape, 2)), hidden)
    values = pck(distances, hidden, sizes=sizes, thresholds=(0.1, 0.2), average=average)
    assert np.isnan(values).all()
    assert np.isnan(epe(distances, hidden, average))
    assert np.isnan(auc(distances, hidden, average=average))


def test_weights_repeat_hands() -> None:
    values, mask = np.array([[1.0, 0.0], [1.0, 1.0]]), np.ones((2, 2), bool)
    weighted = masked_mean(values, mask, weights=[[2, 0], [0, 1], [1, 1]])
    np.testing.assert_allclose(weighted, [0.5, 1, 0.75])


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"normalizer.*'hand'"):
        reference_sizes("hand", KEYPOINTS, visibility=VISIBILITY)
    with pytest.raises(ValueError, match="`head_sizes` must be given"):
        reference_sizes("head", KEYPOINTS, visibility=VISIBILITY)
    with pytest.raises(ValueError, match=r"average.*'hands'"):
        masked_mean([[1]], [[True]], "hands")
    with pytest.raises(ValueError, match=r"\(2, 3, 2\) and \(2, 2\)"):
        point_distances(PREDICTED, np.zeros((2, 2)))


def test_numpy_metrics_do_not_import_tensorflow() -> None:
    code = "import sys, handypose_tf.metrics; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
