"""The measures of steadiness, and what smoothing reaches by them."""

from __future__ import annotations

import numpy as np
import pytest
from steadiness import hand_sizes, jitter, lag, mean_error, pck

from handypose_tf.inference.video.one_euro import OneEuro, OneEuroFilter

FPS, SIZE, NOISE = 30.0, 100.0, 0.7
TIMES = np.arange(300) / FPS


@pytest.fixture
def rest() -> np.ndarray:
    """A hand of 100 px that does not move."""
    points = np.random.default_rng(0).uniform(0, 1, (21, 2))
    points = SIZE * (points - points.min(axis=0)) / np.ptp(points, axis=0)
    return np.repeat(points[None], len(TIMES), axis=0)


@pytest.fixture
def motion(rest) -> np.ndarray:
    """The same hand, up to 3.2 hand sizes a second."""
    way = np.stack([150 * np.sin(1.9 * TIMES), 60 * np.sin(2.6 * TIMES)], axis=-1)
    return rest + way[:, None]


def noisy(points: np.ndarray) -> np.ndarray:
    return points + np.random.default_rng(1).normal(0, NOISE, points.shape)


def smoothed(points: np.ndarray) -> np.ndarray:
    smooth = OneEuroFilter(OneEuro())
    return np.stack([smooth(p, SIZE, t) for p, t in zip(points, TIMES, strict=True)])


def test_the_jitter_of_white_noise(rest):
    """Second differences have variance 6 s^2; the mean of a Rayleigh is 1.2533 s."""
    expected = 1.2533 * np.sqrt(6) * NOISE / SIZE * FPS**2
    assert jitter(noisy(rest), rest, FPS) == pytest.approx(expected, rel=0.02)


def test_a_hand_s_own_acceleration_is_no_jitter(motion):
    assert jitter(motion, motion, FPS) == 0
    assert jitter(motion + 5, motion, FPS) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("num_frames", [0, 1, 3])
def test_a_delay_is_found(motion, num_frames):
    late = np.roll(motion, num_frames, axis=0)
    late[:num_frames] = np.nan
    found = lag(late + 3, motion, FPS)
    assert found == pytest.approx(1000 * num_frames / FPS, abs=2)


def test_frames_without_a_hand_are_misses(rest):
    found = rest + np.array([0.19 * SIZE, 0])
    assert hand_sizes(rest)[0] == pytest.approx(SIZE)
    assert pck(found, rest) == 1 and mean_error(found, rest) == pytest.approx(0.19)
    found[:75] = np.nan
    assert pck(found, rest) == 0.75 and mean_error(found, rest) == pytest.approx(0.19)
    assert pck(rest + np.array([0.21 * SIZE, 0]), rest) == 0


def test_smoothing_takes_most_of_the_jitter(rest):
    before, after = noisy(rest), smoothed(noisy(rest))
    share = jitter(after, rest, FPS) / jitter(before, rest, FPS)
    assert share == pytest.approx(0.135, abs=0.02)


def test_smoothing_lags_by_half_a_frame(motion):
    assert lag(noisy(motion), motion, FPS) == pytest.approx(0, abs=2)
    assert lag(smoothed(noisy(motion)), motion, FPS) == pytest.approx(16, abs=3)
