"""Decoding of Gaussians that stand at known places between the cells."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.layers import DecodeHeatmaps
from handypose_tf.layers.decode_heatmaps import smooth_heatmaps

STRIDE, GRID, SIGMA = 8, 24, 2.0
SIDE = STRIDE * GRID


def gaussian(cells: np.ndarray, height: float = 1.0, grid=(GRID, GRID)) -> np.ndarray:
    """Render one map for each `(x, y)` in cells: `(1, rows, columns, count)`."""
    rows, columns = (np.arange(side) for side in grid)
    x, y = np.asarray(cells, np.float64).T
    across = np.exp(-((columns[:, None] - x) ** 2) / (2 * SIGMA**2))
    down = np.exp(-((rows[:, None] - y) ** 2) / (2 * SIGMA**2))
    maps = height * down[:, None] * across[None]
    return maps[None].astype(np.float32)


@pytest.fixture(scope="module")
def centers() -> np.ndarray:
    """200 places at least three standard deviations from the border, in cells."""
    return np.random.default_rng(4).uniform(6, GRID - 7, (200, 2))


def decode_cells(maps: np.ndarray, method: str, **options) -> np.ndarray:
    """Return the decoded places in cells."""
    layer = DecodeHeatmaps(method, (SIDE, SIDE), stride=STRIDE, **options)
    pixels = np.asarray(layer(maps))[0, :, :2] * SIDE - 0.5
    return (pixels - layer.cell_offset) / STRIDE


@pytest.mark.parametrize(
    ("method", "options", "worst"),
    [
        # Measured: .498, .248, .00002, .000002, .292.
        ("argmax", {}, 0.5),
        ("quarter", {}, 0.25),
        ("dark", {}, 1e-3),
        ("dark", {"smoothing": 0}, 1e-4),
        ("soft_argmax", {}, 0.3),
    ],
)
def test_error_of_a_clean_gaussian(centers, method, options, worst):
    found = decode_cells(gaussian(centers), method, **options)
    assert np.abs(found - centers).max() <= worst


@pytest.mark.parametrize("method", ["argmax", "quarter", "dark", "soft_argmax"])
def test_a_peak_on_a_cell_is_found_exactly(method):
    found = decode_cells(gaussian([[9, 13]]), method)
    np.testing.assert_allclose(found, [[9, 13]], atol=1e-4)


@pytest.mark.parametrize("method", ["argmax", "quarter", "dark", "soft_argmax"])
def test_at_the_border_the_highest_cell_stands(method):
    """Steps from there would err by up to .75 (quarter) and 1.0 (dark)."""
    near = np.random.default_rng(2).uniform(-0.4, 1.4, (50, 2))
    places = np.concatenate([near, GRID - 1 - near])
    found = decode_cells(gaussian(places), method)
    assert np.abs(found - places).max() <= 0.5


def test_a_peak_outside_the_picture_is_drawn_to_its_border():
    found = decode_cells(gaussian([[-2, 30], [9, -1]]), "dark")
    np.testing.assert_allclose(found, [[0, GRID - 1], [9, 0]], atol=1e-4)


@pytest.mark.parametrize("method", ["argmax", "quarter", "dark", "soft_argmax"])
@pytest.mark.parametrize("value", [0.0, -3.0, 1.0])
def test_flat_maps_are_finite(method, value):
    maps = np.full((2, 5, 6, 3), value, np.float32)
    points = np.asarray(DecodeHeatmaps(method, (40, 48))(maps))
    assert points.shape == (2, 3, 3) and np.isfinite(points).all()
    assert (points[..., 2] == np.clip(value, 0, 1)).all()


@pytest.mark.parametrize(("height", "score"), [(0.25, 0.25), (1.5, 1.0), (-1.0, 0.0)])
def test_the_score_is_the_clipped_peak(height, score):
    points = np.asarray(
        DecodeHeatmaps("dark", (SIDE, SIDE))(gaussian([[9, 9]], height))
    )
    assert points[0, 0, 2] == pytest.approx(score, abs=1e-6)


def test_dark_goes_up_the_slope_of_a_low_map_too(centers):
    found = decode_cells(gaussian(centers, 0.05), "dark")
    assert np.abs(found - centers).max() <= 0.02


def test_centred_cells_and_the_released_convention():
    """Cell 3 of stride 8: pixel 8 * 3 + 3.5 when centred, 8 * 3 when released."""
    maps = gaussian([[3, 5]])
    centred = np.asarray(DecodeHeatmaps("argmax", (SIDE, SIDE))(maps))[0, 0]
    np.testing.assert_allclose(centred[:2] * SIDE, [28, 44], atol=1e-4)
    layer = DecodeHeatmaps("argmax", (SIDE, SIDE), cell_offset=0.0)
    np.testing.assert_allclose(layer(maps)[0, 0, :2] * SIDE, [24.5, 40.5], atol=1e-4)


def test_a_picture_that_is_not_square():
    """Height 32 and width 64 at stride 4: x is divided by 64, y by 32."""
    layer = DecodeHeatmaps("argmax", (32, 64), stride=4)
    maps = gaussian([[12, 2]], grid=(8, 16))
    expected = [(4 * 12 + 2) / 64, (4 * 2 + 2) / 32, 1]
    np.testing.assert_allclose(layer(maps)[0, 0], expected, atol=1e-6)


def test_each_map_of_a_batch_has_its_own_peak():
    places = np.array([[4, 5], [9, 3], [17, 20]])
    maps = np.concatenate([gaussian(places), gaussian(places[::-1])])
    layer = DecodeHeatmaps("quarter", (SIDE, SIDE))
    first, second = np.asarray(layer(maps))
    np.testing.assert_allclose(first, second[::-1], atol=1e-6)


def test_float16_maps_are_decoded_in_float32(mixed_float16):
    layer = DecodeHeatmaps("dark", (SIDE, SIDE))
    points = layer(gaussian([[9.3, 9.6]]).astype(np.float16))
    assert points.dtype == "float32"
    cells = (np.asarray(points)[0, 0, :2] * SIDE - 4) / STRIDE
    np.testing.assert_allclose(cells, [9.3, 9.6], atol=0.02)


def test_smoothing_is_a_gaussian_s_to_the_border():
    ndimage = pytest.importorskip("scipy.ndimage")
    maps = np.random.default_rng(5).uniform(0, 1, (1, 12, 16, 3)).astype(np.float32)
    expected = ndimage.gaussian_filter(
        maps, (0, 1.5, 1.5, 0), mode="constant", radius=(0, 4, 4, 0)
    )
    np.testing.assert_allclose(smooth_heatmaps(maps, 1.5), expected, atol=1e-5)


def test_configuration():
    layer = DecodeHeatmaps("quarter", (64, 32), stride=4, smoothing=2.0, name="d")
    again = DecodeHeatmaps.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert layer.cell_offset == 1.5
    assert layer.compute_output_shape((None, 16, 8, 5)) == (None, 5, 3)


def test_a_bad_method():
    with pytest.raises(ValueError, match=r"`method` must be one of .*Received: 'max'"):
        DecodeHeatmaps("max")
