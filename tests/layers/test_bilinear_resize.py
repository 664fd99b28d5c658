from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from contract import check_layer, make_inputs

from handypose_tf.layers import BilinearResize

SHAPES = [(2, 3, 4, 5), (2, 6, 9, 1)]


def resize(line: list[float], width: int, align_corners: bool) -> np.ndarray:
    values = tf.reshape(tf.constant(line), (1, 1, -1, 1))
    reference = tf.zeros((1, 1, width, 1))
    return np.ravel(BilinearResize(align_corners)([values, reference]))


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        # Cell i of 4 lies at (i + .5) / 2 - .5 of 2: -.25, .25, .75, 1.25.
        ([0.0, 4.0], 4, [0, 1, 3, 4]),
        # Cell i of 2 lies at 2 (i + .5) - .5 of 4: .5 and 2.5.
        ([0.0, 1.0, 4.0, 9.0], 2, [0.5, 6.5]),
        ([7.0], 3, [7, 7, 7]),
    ],
)
def test_half_pixel_centres(line, width, expected):
    np.testing.assert_allclose(resize(line, width, False), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        # Cell i of 4 lies at i / 3 of 2, the corners on the corners.
        ([0.0, 3.0], 4, [0, 1, 2, 3]),
        ([0.0, 1.0, 4.0, 9.0], 2, [0, 9]),
        # Cell i of 5 lies at i * 2 / 4 of 3.
        ([0.0, 4.0, 6.0], 5, [0, 2, 4, 5, 6]),
        ([7.0], 3, [7, 7, 7]),
    ],
)
def test_aligned_corners(line, width, expected):
    np.testing.assert_allclose(resize(line, width, True), expected, atol=1e-6)


def test_rows_and_columns_do_not_swap():
    values = tf.reshape(tf.constant([[0.0, 4.0], [8.0, 12.0]]), (1, 2, 2, 1))
    result = BilinearResize()([values, tf.zeros((1, 2, 4, 1))])
    np.testing.assert_allclose(result[0, :, :, 0], [[0, 1, 3, 4], [8, 9, 11, 12]])


def test_contract(tmp_path):
    check_layer(BilinearResize(align_corners=True, name="resize"), SHAPES, tmp_path)


def test_a_reference_of_free_size():
    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 1))])
    def resize_to(reference):
        return BilinearResize()([tf.ones((1, 2, 2, 3)), reference])

    assert resize_to(tf.zeros((1, 5, 7, 1))).shape == (1, 5, 7, 3)


def test_mixed_precision(mixed_float16):
    values = BilinearResize()(make_inputs(SHAPES))
    assert values.dtype == "float16" and np.isfinite(values).all()
