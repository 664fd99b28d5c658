from __future__ import annotations

import numpy as np
import tensorflow as tf
from contract import check_layer

from handypose_tf.layers import SubtractMean

SHAPES = [(2, 4, 4, 3)]


def test_each_channel_loses_its_own_mean():
    picture = tf.constant([[[[10.0, 20.0, 30.0]]]])
    layer = SubtractMean((1, 2, 4))
    np.testing.assert_array_equal(layer(picture), [[[[9, 18, 26]]]])


def test_the_same_mean_of_all_channels():
    picture = tf.constant([[[[10.0, 20.0, 30.0]]]])
    np.testing.assert_array_equal(SubtractMean((5,) * 3)(picture), [[[[5, 15, 25]]]])


def test_contract(tmp_path):
    check_layer(SubtractMean((1, 2, 4), name="mean"), SHAPES, tmp_path)


def test_mixed_precision_holds_the_whole_range(mixed_float16):
    values = SubtractMean((128.0,) * 3)(tf.fill((1, 2, 2, 3), 255.0))
    assert values.dtype == "float16"
    np.testing.assert_array_equal(values, np.full((1, 2, 2, 3), 127.0))
