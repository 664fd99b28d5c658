"""Decoding of a palm detector's anchors whose hands are known."""

from __future__ import annotations

import numpy as np
import pytest
from contract import check_configuration, check_shape

from handypose_tf.geometry import box_center
from handypose_tf.labelling.mediapipe_regions import palm_region
from handypose_tf.labelling.palm_detection import decode_palms
from handypose_tf.layers import DecodePalms

#: At 192 pixels: 24 x 24 cells of two anchors, then 12 x 12 of six.
NUM_ANCHORS = 24 * 24 * 2 + 12 * 12 * 6


@pytest.fixture
def layer() -> DecodePalms:
    return DecodePalms(max_hands=3)


def no_palms() -> np.ndarray:
    raw = np.zeros((1, NUM_ANCHORS, 19), np.float32)
    raw[..., -1] = -30.0 - np.arange(NUM_ANCHORS) / 100
    return raw


def add_palm(raw: np.ndarray, anchor: int, logit: float = 0.0) -> None:
    """A palm of 40 pixels, its wrist below its middle knuckle."""
    raw[0, anchor, :4] = [3, -2, 40, 40]
    raw[0, anchor, 4:6], raw[0, anchor, 8:10] = [3, 18], [3, -22]
    raw[0, anchor, -1] = logit


def test_an_upright_palm_gives_the_hand_above_it(layer):
    """Row 5, column 7 of the fine grid: the anchor stands at (60, 44) pixels."""
    raw = no_palms()
    add_palm(raw, 2 * (5 * 24 + 7))
    found = np.asarray(layer(raw))[0, 0]
    center = np.array([60 + 3, 44 - 2 - 20]) / 192
    np.testing.assert_allclose(found[:2], center, atol=1e-6)
    np.testing.assert_allclose(found[2:4], 1.4 * 40 / 192, atol=1e-6)
    np.testing.assert_allclose(found[4:], [0, -1, 0.5], atol=1e-6)


def test_the_region_is_mediapipe_s_own(layer):
    """The labelling room decodes the same numbers by itself."""
    raw = no_palms()
    rng = np.random.default_rng(0)
    anchor = 2 * 24 * 24 + 6 * (4 * 12 + 9) + 2
    raw[0, anchor, :18] = rng.normal(0, 10, 18)
    raw[0, anchor, 2:4], raw[0, anchor, -1] = [50, 40], 2.0
    palms = decode_palms(raw[0, :, :18], raw[0, :, 18:], 0.5)
    box, points = palms.boxes[0] * 192, palms.points[0] * 192
    region = palm_region(box, points[0], points[2])
    found = np.asarray(layer(raw))[0, 0]
    np.testing.assert_allclose(found[:2] * 192, region.center, atol=1e-3)
    turn = np.deg2rad(region.degrees)
    np.testing.assert_allclose(found[4:6], [np.sin(turn), -np.cos(turn)], atol=1e-5)
    assert np.linalg.norm(found[:2] * 192 - box_center(box)) == pytest.approx(25, 1e-3)
    assert found[6] == pytest.approx(palms.scores[0], abs=1e-6)


def test_the_anchors_around_a_palm_are_no_further_ones(layer):
    raw = no_palms()
    for anchor, logit in ((2 * 130, 1.0), (2 * 130 + 1, 0.9), (2 * 131, 0.5)):
        add_palm(raw, anchor, logit)
    add_palm(raw, 2 * 400, 2.0)
    scores = np.asarray(layer(raw))[0, :, 6]
    expected = [1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(-1.0)), 0]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_wild_numbers_give_finite_hands(layer):
    raw = np.random.default_rng(0).normal(0, 1e4, (2, NUM_ANCHORS, 19))
    assert np.isfinite(np.asarray(layer(raw.astype(np.float32)))).all()


def test_contract(layer):
    check_configuration(layer)
    check_shape(layer, [(2, NUM_ANCHORS, 19)])
