from __future__ import annotations

import numpy as np
import tensorflow as tf
from contract import check_layer

from handypose_tf.layers import DecodePoints

SHAPES = [(2, 5, 2)]


def test_points_stay_and_score_one():
    found = DecodePoints((64, 96))(tf.constant([[[0.25, 0.5], [1.5, -0.1]]]))
    np.testing.assert_allclose(found[0], [[0.25, 0.5, 1], [1.5, -0.1, 1]])


def test_contract(tmp_path):
    check_layer(DecodePoints((64, 96), name="decode"), SHAPES, tmp_path)


def test_mixed_precision(mixed_float16):
    assert DecodePoints((64, 64))(tf.ones((1, 3, 2))).dtype == "float32"
