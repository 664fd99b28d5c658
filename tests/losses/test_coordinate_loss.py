"""The masked Huber error of coordinates, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorflow import keras

from handypose_tf.losses import CoordinateLoss, coordinate_error


def test_by_hand() -> None:
    """Squared over twice delta below it; the distance less half of delta beyond."""
    truth = tf.zeros((1, 2, 2))
    found = tf.constant([[[2.0, 0.0], [0.0, -10.0]]])
    error = coordinate_error(truth, found, tf.ones((1, 2)), delta=4.0)
    expected = ((2**2 / 8 + 0) / 2 + (0 + 10 - 2) / 2) / 2
    np.testing.assert_allclose(error, [expected])


def test_hidden_points_and_places_without_a_hand_are_not_taught() -> None:
    flat = tf.Variable([[9.0, 9, 5, 9, 9, 5, 9, 9, 5]])
    truth = tf.constant([[[0.0, 0, 1], [0, 0, 0], [0, 0, -1]]])
    with tf.GradientTape() as tape:
        loss = CoordinateLoss(delta=6.0)(truth, flat)
    assert float(loss) == pytest.approx((9 - 3) / 3)
    gradient = np.asarray(tape.gradient(loss, flat))
    np.testing.assert_allclose(gradient, [[1 / 6, 1 / 6, 0, 0, 0, 0, 0, 0, 0]])


def test_points_of_two_numbers_and_the_configuration() -> None:
    loss = CoordinateLoss(delta=2.0, name="points")
    truth, flat = tf.ones((2, 4, 3)), tf.ones((2, 8)) * 2
    assert float(loss(truth, flat)) == pytest.approx(1 / 4)
    again = CoordinateLoss.from_config(loss.get_config())
    assert again.delta == 2.0 and again.name == "points"
    assert keras.utils.get_registered_name(CoordinateLoss).startswith("handypose_tf>")


def test_points_in_shares_of_the_picture() -> None:
    """Pixel (4, 1) of a picture of 4 x 10 is .45 across and .375 down."""
    loss = CoordinateLoss(delta=2.0, size=(4, 10))
    truth = tf.constant([[[4.0, 1.0, 1.0]]])
    assert float(loss(truth, tf.constant([[[0.45, 0.375]]]))) == pytest.approx(0.0)
    one_off = tf.constant([[[0.55, 0.375]]])
    assert float(loss(truth, one_off)) == pytest.approx(1**2 / 4 / 2)
    assert CoordinateLoss.from_config(loss.get_config()).size == (4, 10)
