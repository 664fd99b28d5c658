from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.geometry import transform_points
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST
from handypose_tf.labelling.mediapipe_regions import (
    closer_region,
    palm_region,
)


def test_the_palm_region_of_an_upright_hand() -> None:
    region = palm_region((100, 200, 40, 40), (120, 240), (120, 205))
    np.testing.assert_allclose(region.center, [120, 200])
    assert (region.side, region.degrees) == (pytest.approx(104), pytest.approx(0))


def test_the_palm_region_is_shifted_towards_the_fingers() -> None:
    region = palm_region((100, 200, 40, 30), (100, 215), (140, 215))
    np.testing.assert_allclose(region.center, [140, 215], atol=1e-4)
    assert region.degrees == pytest.approx(90)


def test_a_crop_of_the_region_shows_the_hand_upright() -> None:
    wrist, knuckle = np.array([50.0, 80.0]), np.array([80.0, 95.0])
    region = palm_region((40, 60, 50, 50), wrist, knuckle)
    seen = transform_points([wrist, knuckle], region.matrix(224))
    assert seen[0, 0] == pytest.approx(seen[1, 0], abs=1e-3)
    assert seen[1, 1] < seen[0, 1]


def upright_hand() -> np.ndarray:
    """Wrist below, each finger a column of joints 10 px apart."""
    points = np.zeros((21, 2))
    points[WRIST] = [20, 60]
    for finger in range(5):
        for joint in range(4):
            points[1 + 4 * finger + joint] = [10 * finger, 30 - 10 * joint]
    return points


def test_the_closer_region_ignores_the_fingertips() -> None:
    region = closer_region(upright_hand())
    # Steady joints: x 0 .. 40; y from 10 (thumb's third joint) to 60 (wrist).
    np.testing.assert_allclose(region.center, [20, 30], atol=1e-4)
    assert (region.side, region.degrees) == (pytest.approx(100), pytest.approx(0))
    bent = upright_hand()
    bent[[8, 12, 16, 20]] += 200
    assert closer_region(bent).side == pytest.approx(100)


@pytest.mark.parametrize("degrees", [30, 90, 200])
def test_the_closer_region_turns_with_the_hand(degrees: float) -> None:
    angle = np.deg2rad(degrees)
    clockwise = np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    plain, turned = (
        closer_region(h) for h in (upright_hand(), upright_hand() @ clockwise)
    )
    np.testing.assert_allclose(turned.center, plain.center @ clockwise, atol=1e-3)
    assert turned.side == pytest.approx(plain.side, rel=1e-5)
    assert turned.degrees % 360 == pytest.approx(degrees)


def test_one_point_for_all_joints_is_still_a_region() -> None:
    region = closer_region(np.full((21, 2), 7.0))
    np.testing.assert_allclose(region.center, [7, 7])
    assert region.side > 0
    assert MIDDLE_KNUCKLE == 9
