"""Draws come from the seed, within their bounds."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.data.augment.appearance import change_look
from handypose_tf.data.augment.draws import Draws
from handypose_tf.data.augment.strengths import Augmentation


def test_the_same_seed_draws_the_same():
    first, again, other = (Draws(seed) for seed in ([1, 2], [1, 2], [1, 3]))
    numbers = [first.uniform(), first.normal(1.0)]
    assert numbers == [again.uniform(), again.normal(1.0)]
    assert numbers[0] != other.uniform()
    assert (first.levels((4, 3)) == again.levels((4, 3))).all()


def test_normal_draws_end_at_two_deviations():
    draws = Draws([0])
    drawn = np.array([draws.normal(3.0) for _ in range(4000)])
    assert np.abs(drawn).max() <= 6
    assert drawn.mean() == pytest.approx(0, abs=0.15)
    assert drawn.std() == pytest.approx(3 * 0.880, rel=0.03)  # of the cut-off normal


def test_noise_is_normal_and_each_channel_has_its_own():
    gray = np.full((200, 200, 3), 128, np.uint8)
    strengths = Augmentation(noise=1.0, noise_levels=14.0)
    noisy = change_look(gray, Draws([4]), strengths).astype(float) - 128
    assert noisy.mean() == pytest.approx(0, abs=0.2)
    scaled = noisy / noisy.std()
    assert (np.abs(scaled) < 1).mean() == pytest.approx(0.683, abs=0.06)
    assert np.abs(scaled).max() < 3.2
    channels = np.corrcoef(noisy.reshape(-1, 3).T)
    assert np.abs(channels - np.eye(3)).max() < 0.02
    neighbours = np.corrcoef(noisy[:, 1:, 0].ravel(), noisy[:, :-1, 0].ravel())
    assert abs(neighbours[0, 1]) < 0.02
