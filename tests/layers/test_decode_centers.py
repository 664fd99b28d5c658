"""Decoding of a detector's maps whose hands are known."""

from __future__ import annotations

import numpy as np
import pytest
from contract import check_configuration, check_shape

from handypose_tf.layers import DecodeCenters

ROWS, COLUMNS, STRIDE = 6, 8, 4
IMAGE_SIZE = (ROWS * STRIDE, COLUMNS * STRIDE)


@pytest.fixture
def layer() -> DecodeCenters:
    return DecodeCenters(IMAGE_SIZE, stride=STRIDE, max_hands=3)


def empty_maps() -> np.ndarray:
    maps = np.zeros((1, ROWS, COLUMNS, 7), np.float32)
    maps[..., 0] = -30.0 - np.arange(COLUMNS)
    return maps


def test_a_peak_gives_place_size_direction_and_score(layer):
    maps = empty_maps()
    maps[0, 2, 5] = [0.0, 0.25, -0.5, 4 * np.log(0.5), 4 * np.log(0.25), 0.6, 0.8]
    found = np.asarray(layer(maps))[0, 0]
    pixel = STRIDE * np.array([5.75, 2.0]) - 0.5
    expected = (pixel + 0.5) / (COLUMNS * STRIDE, ROWS * STRIDE)
    np.testing.assert_allclose(found, [*expected, 0.5, 0.25, 0.6, 0.8, 0.5], rtol=1e-5)


def test_the_best_come_first_and_their_neighbours_are_no_peaks(layer):
    maps = empty_maps()
    maps[0, 1, 1, 0], maps[0, 2, 2, 0], maps[0, 4, 6, 0] = 1.0, 0.9, 2.0
    found = np.asarray(layer(maps))[0]
    np.testing.assert_allclose(
        found[:, 6], [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(-1)), 0], atol=1e-6
    )
    np.testing.assert_allclose(found[:2, 0], [6.5 / COLUMNS, 1.5 / COLUMNS], rtol=1e-5)


def test_wild_maps_give_finite_hands(layer):
    maps = np.random.default_rng(0).normal(0, 1e4, (2, ROWS, COLUMNS, 7))
    found = np.asarray(layer(maps.astype(np.float32)))
    assert np.isfinite(found).all() and found[..., 2:4].max() <= 4


def test_contract(layer):
    check_configuration(layer)
    check_shape(layer, [(2, ROWS, COLUMNS, 7)])
