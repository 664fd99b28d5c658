from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.geometry import (
    HandRegion,
    box_region,
    hand_degrees,
    keypoints_region,
    transform_points,
    upright_degrees,
)
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST


@pytest.mark.parametrize(
    ("knuckle", "expected"),
    [((0, -9), 0), ((9, 0), 90), ((0, 9), 180), ((-9, 0), -90), ((5, -5), 45)],
)
def test_the_turn_makes_the_knuckle_stand_above_the_wrist(
    knuckle: tuple[float, float], expected: float
) -> None:
    assert upright_degrees((0, 0), knuckle) == pytest.approx(expected)


def test_the_turn_of_a_hand_is_that_of_wrist_and_middle_knuckle() -> None:
    points = np.zeros((21, 2))
    points[WRIST], points[MIDDLE_KNUCKLE] = (10, 10), (19, 10)
    assert hand_degrees(points) == pytest.approx(90)


def test_the_region_of_a_box_is_a_square_around_its_centre() -> None:
    region = box_region((10, 20, 40, 60), scale=1.5)
    np.testing.assert_allclose(region.center, [30, 50])
    assert (region.side, region.degrees) == (90, 0)


def test_the_box_is_that_of_the_turned_points() -> None:
    """A line of 100 px at 45 degrees: its box is 71 px, turned upright 100."""
    across = np.array([[0, 0], [35.355339, -35.355339], [70.710678, -70.710678]])
    plain = keypoints_region(across, scale=1)
    turned = keypoints_region(across, scale=1, degrees=45)
    assert plain.side == pytest.approx(70.710678)
    assert turned.side == pytest.approx(100)
    np.testing.assert_allclose(turned.center, plain.center, atol=1e-3)
    seen = transform_points(across, turned.matrix(101))
    np.testing.assert_allclose(seen[:, 0], [50] * 3, atol=1e-3)
    np.testing.assert_allclose(seen[:, 1], [100.5, 50, -0.5], atol=1e-3)


def test_one_point_is_still_a_region() -> None:
    assert keypoints_region([(5, 5)]).side == 1
    assert HandRegion(np.zeros(2, np.float32), 4).matrix(8)[0, 0] == 2


def test_a_region_moves_towards_another() -> None:
    first = HandRegion(np.array([0.0, 8]), 10.0, 5.0)
    moved = first.towards(HandRegion(np.array([8.0, 0]), 40.0, 60.0), 0.5)
    np.testing.assert_allclose(moved.center, [4, 4])
    assert (moved.side, moved.degrees) == (pytest.approx(20), 60)


def test_a_mirrored_region_swaps_left_and_right_of_its_turned_crop() -> None:
    plain = HandRegion(np.array([10.0, 20]), 32.0, 30.0)
    mirrored = plain._replace(mirrored=True)
    points = np.array([[3.0, 8], [14, 25]])
    expected = transform_points(points, plain.matrix(64))
    expected[:, 0] = 63 - expected[:, 0]
    found = transform_points(points, mirrored.matrix(64))
    np.testing.assert_allclose(found, expected)
    assert not plain.towards(mirrored, 0.5).mirrored
