from __future__ import annotations

import numpy as np
import tensorflow as tf
from contract import check_layer, make_inputs

from handypose_tf.layers import PadChannels

SHAPES = [(2, 4, 4, 3)]


def test_zeros_come_behind_the_channels():
    picture = tf.constant([[[[10.0, 20.0]], [[30.0, 40.0]]]])
    found = PadChannels(5)(picture)
    np.testing.assert_array_equal(found, [[[[10, 20, 0, 0, 0]], [[30, 40, 0, 0, 0]]]])


def test_as_many_channels_stay_as_they_are():
    [picture] = make_inputs(SHAPES)
    np.testing.assert_array_equal(PadChannels(3)(picture), picture)


def test_contract(tmp_path):
    check_layer(PadChannels(7, name="pad"), SHAPES, tmp_path)


def test_mixed_precision(mixed_float16):
    assert PadChannels(4)(tf.ones((1, 2, 2, 3))).dtype == "float16"
