"""The detector's targets and loss, on hands that stand at known places."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers import DecodeCenters
from handypose_tf.losses import DetectionLoss, detection_targets

GRID = (8, 12)
#: A hand in cell (5, 2), one at the grid's end, one that may be a hand, and nothing.
HANDS = np.array(
    [
        [5.5 / 12, 2.25 / 8, 0.25, 0.5, 0.6, -0.8, 1],
        [11.9 / 12, 7.9 / 8, 0.1, 0.1, 0.0, 1.0, 1],
        [1.5 / 12, 6.5 / 8, 0.2, 0.2, 0.0, 0.0, -1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    np.float32,
)[None]


@pytest.fixture(scope="module")
def targets():
    return [np.asarray(part) for part in detection_targets(HANDS, GRID)]


def perfect_maps(targets) -> np.ndarray:
    heat, _, shapes, _ = targets
    logits = np.where(heat == 1, 20.0, -20.0)[..., None]
    return np.concatenate([logits, shapes], axis=-1).astype(np.float32)


def test_heat_is_one_in_the_centres_cells_alone(targets):
    heat = targets[0][0]
    assert heat.shape == GRID
    assert [*zip(*np.nonzero(heat == 1), strict=True)] == [(2, 5), (7, 11)]
    sigma = 0.5 + 0.06 * 4  # the first hand is 3 cells wide and 4 high
    assert heat[2, 6] == pytest.approx(np.exp(-0.5 / sigma**2), rel=1e-5)


def test_shapes_are_those_of_the_nearest_hand(targets):
    first = targets[2][0, 2, 5]
    logs = 4 * np.log([0.25, 0.5])
    np.testing.assert_allclose(first, [0, -0.25, *logs, 2.4, -3.2], atol=1e-5)
    np.testing.assert_allclose(targets[2][0, 2, 6, :2], [-1, -0.25], atol=1e-5)
    assert targets[3][0, 2, 6] == targets[0][0, 2, 6] and targets[3][0, 6, 1] == 0


def test_a_direction_that_is_not_known_teaches_nothing():
    hands = HANDS.copy()
    hands[0, 1, 4:6] = 0
    maps = perfect_maps(detection_targets(hands, GRID))
    expected = DetectionLoss()(hands, maps)
    maps[0, 7, 11, 5:] = 4.0
    assert float(DetectionLoss()(hands, maps)) == pytest.approx(float(expected))
    maps[0, 2, 5, 5:] = 4.0
    assert float(DetectionLoss()(hands, maps)) > float(expected) + 0.1


def test_the_loss_looks_away_from_what_may_be_a_hand(targets):
    looked_at = targets[1][0]
    # 2.4 cells wide and 1.6 high around (1.5, 6.5), and half a cell more.
    assert [*zip(*np.nonzero(looked_at == 0), strict=True)] == [
        *[(5, 0), (5, 1), (5, 2), (6, 0), (6, 1), (6, 2), (7, 0), (7, 1), (7, 2)]
    ]


def test_perfect_maps_cost_nothing_and_decode_to_the_hands(targets):
    maps = perfect_maps(targets)
    assert float(DetectionLoss()(HANDS, maps)) == pytest.approx(0, abs=1e-5)
    decoder = DecodeCenters((8 * GRID[0], 8 * GRID[1]), stride=8, max_hands=3)
    found = np.asarray(decoder(maps))[0]
    order = np.argsort(found[:2, 0])
    np.testing.assert_allclose(found[order, :6], HANDS[0, :2, :6], atol=1e-4)
    np.testing.assert_allclose(found[:, 6], [1, 1, 0], atol=1e-6)


def test_the_centre_loss_by_hand():
    hands = np.zeros((1, 1, 7), np.float32)
    hands[0, 0] = [0.5, 0.5, 0.5, 0.5, 1, 0, 1]
    maps = np.zeros((1, 1, 1, 7), np.float32)
    maps[..., 1:] = detection_targets(hands, (1, 1)).shapes
    # One cell, its centre: (1 - 0.5)^2 * log 2.
    loss = float(DetectionLoss()(hands, maps))
    assert loss == pytest.approx(0.25 * np.log(2), rel=1e-5)
    # Without the hand: 0.5^2 * log 2.
    nothing = float(DetectionLoss()(np.zeros((1, 1, 7), np.float32), maps))
    assert nothing == pytest.approx(0.25 * np.log(2), rel=1e-5)
    # A side too large by a factor of e costs the gain of 4, times the weight.
    maps[..., 3] += 4
    assert float(DetectionLoss()(hands, maps)) == pytest.approx(loss + 1, rel=1e-5)


def test_gradients_are_finite_far_off():
    maps = tf.Variable(np.full((1, *GRID, 7), 90.0, np.float32))
    with tf.GradientTape() as tape:
        loss = DetectionLoss()(HANDS, maps)
    assert np.isfinite(tape.gradient(loss, maps).numpy()).all()


def test_configuration():
    loss = DetectionLoss(shape_weight=0.5)
    assert DetectionLoss.from_config(loss.get_config()).shape_weight == 0.5
    assert keras.utils.get_registered_name(DetectionLoss) == "handypose_tf>" + (
        "DetectionLoss"
    )
