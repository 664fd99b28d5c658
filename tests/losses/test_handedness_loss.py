"""The masked cross-entropy of a hand's side, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from handypose_tf.losses import HandednessLoss, handedness_cross_entropy


def test_cross_entropy_by_hand() -> None:
    # ln(1 + e^-z) for a left hand, ln(1 + e^z) for a right one.
    logits = tf.constant([0.0, 2.0, 2.0, -3.0])
    found = handedness_cross_entropy([1, 1, 0, -1], logits).numpy()
    np.testing.assert_allclose(found, [0.693147, 0.126928, 2.126928, 0], atol=1e-6)


def test_unknown_hands_cost_nothing_but_count_in_the_mean() -> None:
    truth = np.array([[1], [-1]], np.int8)
    logits = np.zeros((2, 1, 1, 1), np.float32)
    assert float(HandednessLoss()(truth, logits)) == pytest.approx(0.693147 / 2)


def test_no_gradient_comes_from_an_unknown_hand() -> None:
    logits = tf.Variable([[[[1.0]]], [[[1.0]]]])
    with tf.GradientTape() as tape:
        loss = HandednessLoss()(np.array([[0], [-1]], np.int8), logits)
    gradient = tape.gradient(loss, logits).numpy().ravel()
    np.testing.assert_allclose(gradient, [0.5 / (1 + np.exp(-1.0)), 0], atol=1e-6)
