from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handypose_tf.inference.video.one_euro import OneEuro, OneEuroFilter

STEP = 1 / 30
SIZE = 100.0


def run(parameters: OneEuro, frames: np.ndarray, size: float = SIZE) -> np.ndarray:
    smooth = OneEuroFilter(parameters)
    return np.stack([smooth(f, size, i * STEP) for i, f in enumerate(frames)])


def steady(speed: float, num_frames: int = 300) -> np.ndarray:
    """One point that moves at `speed` pixels a second."""
    x = speed * STEP * np.arange(num_frames)
    return np.stack([x, np.zeros_like(x)], axis=-1)[:, None]


def test_the_first_points_are_returned_as_they_are():
    points = np.random.default_rng(0).uniform(0, 640, (21, 2)).astype(np.float32)
    np.testing.assert_array_equal(OneEuroFilter()(points, SIZE, 5.0), points)


def test_without_beta_a_step_is_a_first_order_low_pass():
    """Cut-off 2 Hz at 30 frames/s: each step takes 1 / (1 + 30 / 4 pi) of the rest."""
    frames = np.concatenate([np.zeros((1, 1, 2)), np.ones((3, 1, 2))])
    found = run(OneEuro(min_cutoff=2, beta=0), frames)[:, 0, 0]
    share = 0.29521829
    np.testing.assert_allclose(found[1:], 1 - (1 - share) ** np.arange(1, 4), rtol=1e-5)


def test_without_beta_the_lag_is_the_time_constant():
    """1 / (2 pi Hz), 159 ms at 1 Hz: 15.9 px at 100 px/s."""
    frames = steady(100)
    found = run(OneEuro(min_cutoff=1, beta=0), frames)
    assert (frames - found)[-1, 0, 0] == pytest.approx(15.9155, rel=1e-3)


def test_beta_raises_the_cut_off_by_speed_in_hand_sizes():
    """One hand size a second and beta 4: 1 + 4 Hz, a fifth of the lag."""
    frames = steady(100)
    found = run(OneEuro(min_cutoff=1, beta=4), frames)
    assert (frames - found)[-1, 0, 0] == pytest.approx(15.9155 / 5, rel=2e-2)


def test_noise_at_rest_is_smoothed():
    rng = np.random.default_rng(0)
    frames = rng.normal(0, 1, (600, 21, 2))
    found = run(OneEuro(min_cutoff=1, beta=0), frames)
    # A first-order low-pass leaves a / (2 - a) of the variance, here a = .1731.
    assert found[100:].var() == pytest.approx(0.1731 / (2 - 0.1731), rel=0.1)


def test_each_point_has_its_own_speed():
    moving = steady(300)
    frames = np.concatenate([moving, np.zeros_like(moving)], axis=1)
    found = run(OneEuro(), frames)
    np.testing.assert_array_equal(found[:, 1], 0)
    alone = run(OneEuro(), moving)
    np.testing.assert_allclose(found[:, :1], alone)


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.2, 20), seed=st.integers(0, 99))
def test_parameters_do_not_depend_on_resolution(scale, seed):
    frames = np.random.default_rng(seed).uniform(0, 100, (20, 3, 2)).cumsum(axis=0)
    plain, scaled = run(OneEuro(), frames), run(OneEuro(), frames * scale, SIZE * scale)
    np.testing.assert_allclose(scaled, plain * scale, rtol=1e-4, atol=1e-3)


def test_times_that_stand_still_give_finite_points():
    smooth = OneEuroFilter()
    for value in (0.0, 10.0, 20.0):
        found = smooth(np.full((2, 2), value), SIZE, 1.0)
    assert np.isfinite(found).all() and 0 < found[0, 0] <= 20


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"min_cutoff": 0}, "must be positive"),
        ({"d_cutoff": -1}, "must be positive"),
        ({"beta": -0.1}, "0 or more"),
    ],
)
def test_wrong_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        OneEuro(**parameters)
