"""The Gaussian targets against a slow, plain computation."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.losses import RELEASED_CUTOFF, gaussian_heatmaps


def test_peak_lies_at_the_keypoint_to_a_fraction_of_a_cell() -> None:
    # Centred cells of 4 pixels: pixel 21.5 is cell 5, pixel 14.5 is cell 3.25.
    maps = gaussian_heatmaps([[[21.5, 14.5]]], (12, 16), stride=4, sigma=1.5).numpy()
    assert maps.shape == (1, 12, 16, 1)
    assert maps.dtype == np.float32
    assert maps[0, 3, 5, 0] == pytest.approx(np.exp(-0.5 * (0.25 / 1.5) ** 2))
    assert maps[0, 4, 7, 0] == pytest.approx(
        np.exp(-0.5 * (2**2 + 0.75**2) / 1.5**2), rel=1e-5
    )
    assert np.unravel_index(maps.argmax(), maps.shape)[1:3] == (3, 5)


def test_released_targets_follow_the_released_rules() -> None:
    rng = np.random.default_rng(3)
    keypoints = rng.uniform(-5, 373, (2, 21, 2))
    maps = gaussian_heatmaps(
        keypoints,
        (46, 46),
        stride=8,
        cell_offset=0.0,
        sigma=3.0,
        cutoff=RELEASED_CUTOFF,
        whole_pixels=True,
    ).numpy()
    expected = np.zeros((2, 46, 46, 21))
    for hand, joint in np.ndindex(2, 21):
        x, y = (int(value) / 8 for value in keypoints[hand, joint])
        for row, column in np.ndindex(46, 46):
            squared = (column - x) ** 2 + (row - y) ** 2
            value = np.exp(-squared / 2 / 3.0 / 3.0)
            expected[hand, row, column, joint] = 0 if value < 0.0099 else value
    np.testing.assert_allclose(maps, expected, atol=2e-6)
    assert (expected > 0).any()


def test_far_keypoints_give_empty_maps() -> None:
    maps = gaussian_heatmaps([[[-1e6, 1e6]]], (8, 8), stride=4).numpy()
    assert maps.max() == 0
