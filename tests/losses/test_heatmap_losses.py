"""The losses on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorflow import keras

from handypose_tf.losses import (
    HardKeypointMSE,
    HeatmapMSE,
    WeightedHeatmapMSE,
    gaussian_heatmaps,
    hard_keypoint_mse,
    heatmap_mse,
    weighted_heatmap_mse,
)

LOSSES = [
    HeatmapMSE(8, 3.0, cell_offset=0.0, cutoff=0.0099, whole_pixels=True),
    WeightedHeatmapMSE(stride=4, foreground_weight=2.0),
    HardKeypointMSE(stride=4, top_k=2, name="ohkm"),
]

# One example, 1 x 2 cells, three joints; errors of the cells by joint:
# joint 0: 1, 0 -> mean squared 0.5; joint 1: 2, 2 -> 4; joint 2: 0, 3 -> 4.5.
TARGET = tf.constant([[[[1.0, 0, 0], [0, 1, 0]]]])
PREDICTED = tf.constant([[[[0.0, 2, 0], [0, 3, 3]]]])


def test_heatmap_mse_is_the_mean_over_all_cells() -> None:
    value = heatmap_mse(TARGET, PREDICTED).numpy()
    np.testing.assert_allclose(value, [(0.5 + 4 + 4.5) / 3])


def test_visibility_weighs_joints() -> None:
    value = weighted_heatmap_mse(TARGET, PREDICTED, [[1.0, 0.5, 0.0]]).numpy()
    np.testing.assert_allclose(value, [(0.5 + 2 + 0) / 3])


def test_a_joint_known_to_be_absent_counts() -> None:
    value = weighted_heatmap_mse(TARGET, PREDICTED, [[-1.0, 0.5, 0.0]]).numpy()
    np.testing.assert_allclose(value, [(0.5 + 2 + 0) / 3])


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_where_there_is_no_hand_heatmaps_must_be_empty(
    loss: keras.losses.Loss,
) -> None:
    y_true = np.full((1, 21, 3), (30.0, 30.0, -1.0), np.float32)
    empty, drawn = np.zeros((1, 16, 16, 21)), np.ones((1, 16, 16, 21))
    assert float(loss(y_true, empty)) == 0
    assert float(loss(y_true, drawn)) > 0.5


def test_foreground_weighs_cells_by_their_target() -> None:
    # Joint 0 has its error at target 1: x 3; joint 1 half of it; joint 2 none.
    value = weighted_heatmap_mse(TARGET, PREDICTED, [[1.0, 1, 1]], 2.0).numpy()
    np.testing.assert_allclose(value, [(1.5 + (4 + 12) / 2 + 4.5) / 3])


def test_hard_keypoints_are_the_worst_visible_ones() -> None:
    value = hard_keypoint_mse(TARGET, PREDICTED, [[1.0, 1, 1]], top_k=2).numpy()
    np.testing.assert_allclose(value, [(4 + 4.5) / 2])
    value = hard_keypoint_mse(TARGET, PREDICTED, [[1.0, 1, 0]], top_k=2).numpy()
    np.testing.assert_allclose(value, [(4 + 0.5) / 2])


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_perfect_heatmaps_cost_nothing(loss: keras.losses.Loss) -> None:
    y_true = np.random.default_rng(0).uniform(0, 64, (3, 21, 3)).astype(np.float32)
    y_true[..., 2] = 1
    config = loss.get_config()
    names = ("stride", "sigma", "cell_offset", "cutoff", "whole_pixels")
    options = {name: config[name] for name in names}
    perfect = gaussian_heatmaps(y_true[..., :2], (16, 16), **options)
    assert float(loss(y_true, perfect)) == 0
    assert float(loss(y_true, perfect + 0.1)) > 0.009


@pytest.mark.parametrize("loss", LOSSES[1:], ids=lambda loss: loss.name)
def test_invisible_joints_have_no_gradient(loss: keras.losses.Loss) -> None:
    y_true = np.full((1, 21, 3), 30, np.float32)
    y_true[..., 2] = 1
    y_true[0, 4] = [1e4, -1e4, 0]
    predicted = tf.Variable(tf.random.stateless_normal((1, 16, 16, 21), (1, 2)))
    with tf.GradientTape() as tape:
        value = loss(y_true, predicted)
    gradient = tape.gradient(value, predicted).numpy()
    assert np.abs(gradient[..., 4]).max() == 0
    assert np.abs(gradient).max() > 0


def test_released_loss_teaches_silence_where_a_joint_is_hidden() -> None:
    y_true = np.array([[[10, 10, 1], [10, 10, 0]]], np.float32)
    predicted = gaussian_heatmaps(y_true[..., :2], (8, 8), stride=4)
    silent = predicted * [1.0, 0.0]
    assert float(HeatmapMSE(4)(y_true, silent)) == 0
    assert float(HeatmapMSE(4)(y_true, predicted)) > 0


def test_examples_are_averaged_and_weighted_by_keras() -> None:
    y_true = np.zeros((2, 1, 3), np.float32)
    predicted = np.stack([np.full((4, 4, 1), 1.0), np.full((4, 4, 1), 3.0)])
    loss = HeatmapMSE(4)
    assert float(loss(y_true, predicted)) == pytest.approx((1 + 9) / 2)
    weighted = loss(y_true, predicted, sample_weight=[1.0, 0.0])
    assert float(weighted) == pytest.approx(1 / 2)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_losses_survive_serialisation(loss: keras.losses.Loss) -> None:
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is type(loss)
    assert copy.get_config() == loss.get_config()
