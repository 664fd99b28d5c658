from dataclasses import replace

import numpy as np
import pytest

from handypose_tf.synth.picture.film import Film, draw_film, expose
from handypose_tf.synth.space.colour import decode_light

PLAIN = Film(1.0, np.ones(3), blur=0.0, noise=0.0)


def gradient() -> np.ndarray:
    ramp = np.linspace(0, 0.78, 64, dtype=np.float32)
    return np.tile(ramp[None, :, None], (48, 1, 3))


def test_exposure_and_balance_scale_the_light():
    rng = np.random.default_rng(0)
    light = gradient() / 4
    warm = replace(PLAIN, exposure=2.0, balance=np.array([1.5, 1.0, 0.5]))
    back = decode_light(expose(light, warm, rng))
    np.testing.assert_allclose(back, light * [3, 2, 1], atol=0.01)


def test_without_saturation_all_channels_are_equal():
    light = np.random.default_rng(0).uniform(0, 0.7, (8, 8, 3)).astype(np.float32)
    picture = expose(light, replace(PLAIN, saturation=0.0), np.random.default_rng(0))
    assert np.ptp(picture.astype(int), axis=2).max() <= 1


@pytest.mark.parametrize(
    "change",
    [{"blur": 2.0}, {"shrink": 0.3}, {"motion": 9.0, "motion_angle": 30.0}],
)
def test_blurs_keep_the_size_and_the_mean_and_lose_detail(change):
    rng = np.random.default_rng(0)
    light = rng.choice([0.1, 0.5], (60, 60, 1)).astype(np.float32).repeat(3, axis=2)
    sharp = decode_light(expose(light, PLAIN, rng))
    soft = decode_light(expose(light, replace(PLAIN, **change), rng))
    assert soft.shape == sharp.shape
    assert soft.mean() == pytest.approx(sharp.mean(), abs=0.01)
    assert soft.std() < 0.6 * sharp.std()


def test_noise_has_the_strength_asked_for():
    grey = np.full((200, 200, 3), 0.214, np.float32)
    picture = expose(grey, replace(PLAIN, noise=0.02), np.random.default_rng(0))
    assert 0.003 < decode_light(picture).std() < 0.02


def test_drawn_films_are_those_of_the_seed():
    for seed in range(20):
        a, b = (draw_film(np.random.default_rng(seed)) for _ in range(2))
        assert a.quality == b.quality and a.noise == b.noise
        assert 30 <= a.quality <= 97 and 0.15 < a.shrink <= 1
