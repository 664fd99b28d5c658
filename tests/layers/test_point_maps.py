from __future__ import annotations

import numpy as np
import tensorflow as tf
from contract import check_layer

from handypose_tf.layers import PointMaps

SHAPES = [(2, 5, 2)]


def test_one_at_the_point_and_less_beside_it():
    """4 columns have their middles at .125, .375, .625, .875; 2 rows at .25, .75."""
    found = PointMaps((2, 4), 0.5)(tf.constant([[[0.375, 0.25]]]))
    across = np.array([0.5, 1.0, 0.5, 0.0])
    np.testing.assert_allclose(found[0, :, :, 0], [across, 0 * across], atol=1e-6)


def test_a_point_outside_still_reaches_the_edge():
    found = PointMaps((1, 2), 1.0)(tf.constant([[[-0.25, 0.5]]]))
    np.testing.assert_allclose(found[0, 0, :, 0], [0.5, 0.0], atol=1e-6)


def test_points_are_not_taught_by_their_maps():
    points = tf.Variable(tf.fill((1, 3, 2), 0.4))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(PointMaps((4, 4), 0.4)(points))
    assert float(total) > 0 and tape.gradient(total, points) is None


def test_contract(tmp_path):
    check_layer(PointMaps((4, 6), 0.4, name="maps"), SHAPES, tmp_path)


def test_mixed_precision(mixed_float16):
    assert PointMaps((2, 2), 0.4)(tf.ones((1, 3, 2))).dtype == "float16"
