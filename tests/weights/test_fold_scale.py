from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.weights.fold_scale import fold_scale

EPSILON = 1e-3


def run(x, kernel, norm) -> np.ndarray:
    """Apply a 1x1 convolution and a batch norm to `(points, channels)`."""
    gamma, beta, mean, variance = (np.asarray(a, np.float64) for a in norm)
    y = x @ kernel[0, 0].astype(np.float64)
    return (y - mean) / np.sqrt(variance + EPSILON) * gamma + beta


@pytest.fixture
def layers():
    rng = np.random.default_rng(0)
    kernel = rng.normal(0, 0.3, (1, 1, 3, 5)).astype(np.float32)
    norm = [rng.uniform(0.5, 2, 5).astype(np.float32) for _ in range(4)]
    return kernel, norm


@pytest.mark.parametrize("scale", [128.0, (58.395, 57.12, 57.375), (1.0, 10.0, 100.0)])
def test_the_unscaled_input_gives_the_same(layers, scale):
    centred = np.random.default_rng(1).uniform(-128, 128, (50, 3))
    expected = run(centred / np.asarray(scale), *layers)
    found = run(centred, *fold_scale(*layers, scale, epsilon=EPSILON))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_one_scale_leaves_the_kernel_as_it_is(layers):
    """128 stretches mean and variance instead: the values are worked by hand."""
    kernel, (gamma, beta, mean, variance) = layers
    folded, norm = fold_scale(*layers, 128.0, epsilon=EPSILON)
    np.testing.assert_allclose(folded, kernel, rtol=1e-6)
    np.testing.assert_array_equal(norm[:2], [gamma, beta])
    np.testing.assert_allclose(norm[2], 128 * mean, rtol=1e-6)
    wide = 16384 * (variance.astype(np.float64) + EPSILON) - EPSILON
    np.testing.assert_allclose(norm[3], wide, rtol=1e-6)


def test_channels_keep_their_relative_scales(layers):
    """The common size of 1, 10 and 100 is 10."""
    kernel, _ = layers
    folded, _ = fold_scale(*layers, (1.0, 10.0, 100.0), epsilon=EPSILON)
    factors = (folded / kernel)[0, 0, :, 0]
    np.testing.assert_allclose(factors, [10, 1, 0.1], rtol=1e-6)


def test_results_are_float32(layers):
    folded, norm = fold_scale(*layers, 2.0, epsilon=EPSILON)
    assert all(array.dtype == np.float32 for array in [folded, *norm])
