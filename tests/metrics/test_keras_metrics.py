"""The Keras metrics against the numpy ones, and alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.layers import DecodeHeatmaps
from handypose_tf.metrics import (
    AUC,
    EPE,
    PCK,
    HandednessAccuracy,
    auc,
    epe,
    keypoint_metrics,
    pck,
    point_distances,
)

HANDS, POINTS = 24, 21


def random_batch(seed: int = 0) -> tuple[NDArray, NDArray]:
    """Return y_true with a fourth channel, and predicted points 0 to 12 pixels off."""
    rng = np.random.default_rng(seed)
    keypoints = rng.uniform(0, 192, (HANDS, POINTS, 2))
    visibility = rng.choice([0, 0.04, 1], (HANDS, POINTS))
    visibility[0] = 0
    visibility[1, 1:] = 0
    size = np.repeat(rng.uniform(20, 80, (HANDS, 1, 1)), POINTS, axis=1)
    y_true = np.concatenate([keypoints, visibility[..., None], size], axis=-1)
    y_pred = keypoints + rng.uniform(-8, 8, keypoints.shape)
    return y_true.astype(np.float32), y_pred.astype(np.float32)


@pytest.mark.parametrize(
    ("normalizer", "threshold"),
    [("box", 0.04), ("crop", 0.02), ("annotation", 0.1), ("head", 0.1)],
)
def test_keras_pck_equals_numpy(normalizer: str, threshold: float) -> None:
    y_true, y_pred = random_batch()
    keypoints, visibility, size = y_true[..., :2], y_true[..., 2], y_true[:, 0, 3]
    sizes = keypoint_metrics.reference_sizes(
        normalizer,
        keypoints,
        visibility=visibility,
        boxes=np.stack([size * 0, size * 0, size / 2, size], axis=-1),
        head_sizes=size,
    )
    metric = PCK(threshold=threshold, normalizer=normalizer)
    for part in np.array_split(np.arange(HANDS), 5):
        metric.update_state(y_true[part], y_pred[part])
    distances = point_distances(y_pred, keypoints)
    (expected,) = pck(distances, visibility, sizes=sizes, thresholds=(threshold,))
    assert 0.05 < expected < 0.95
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)


def test_keras_epe_and_auc_equal_numpy() -> None:
    y_true, y_pred = random_batch(1)
    distances = point_distances(y_pred, y_true[..., :2])
    metrics = EPE(), AUC(), AUC(thresholds=np.arange(0, 30, 1.5))
    for metric in metrics:
        metric.update_state(y_true[:10], y_pred[:10])
        metric.update_state(y_true[10:], y_pred[10:])
    results = [float(metric.result()) for metric in metrics]
    visibility = y_true[..., 2]
    assert results[0] == pytest.approx(epe(distances, visibility), rel=1e-5)
    assert results[1] == pytest.approx(auc(distances, visibility), abs=1e-6)
    own = auc(distances, visibility, thresholds=np.arange(0, 30, 1.5))
    assert results[2] == pytest.approx(own, abs=1e-6)
    assert results[1] != pytest.approx(results[2], abs=1e-3)


def test_heatmaps_are_decoded_to_pixels_of_the_input() -> None:
    heatmaps = np.zeros((1, 12, 16, 2), np.float32)
    heatmaps[0, 3, 5, 0] = heatmaps[0, 10, 8, 1] = 1
    decoder = DecodeHeatmaps("argmax", (48, 64), stride=4)
    # Centred cells: x = 4 * 5 + 1.5 = 21.5, y = 4 * 3 + 1.5 = 13.5; then 33.5, 41.5.
    truth = [[[21.5, 13.5, 1], [33.5, 47.5, 1]]]
    metric = EPE(decoder)
    metric.update_state(truth, heatmaps)
    assert float(metric.result()) == pytest.approx((0 + 6) / 2, abs=1e-4)
    pck_metric = PCK(decoder, 0.2)
    pck_metric.update_state(truth, heatmaps)
    # B = 34; .2 B = 6.8 > 6: both hit.
    assert float(pck_metric.result()) == 1.0


def test_reset_and_nothing_visible_give_zero() -> None:
    y_true, y_pred = random_batch()
    metric = PCK()
    metric.update_state(y_true, y_pred)
    assert float(metric.result()) > 0
    metric.reset_state()
    assert float(metric.result()) == 0
    metric.update_state(y_true[:2], y_pred[:2])
    assert float(metric.result()) == 0


def test_invisible_points_may_be_anything() -> None:
    metric = EPE()
    metric.update_state([[[0, 0, 1], [np.nan, np.inf, 0]]], [[[3.0, 4], [1, np.nan]]])
    assert float(metric.result()) == 5


def test_sample_weight_counts_hands_or_points() -> None:
    y_true = np.array([[[0, 0, 1], [9, 0, 1]], [[0, 0, 1], [9, 0, 1]]], np.float32)
    y_pred = np.array([[[2, 0], [9, 0]], [[6, 0], [9, 4]]], np.float32)
    metric = EPE()
    metric.update_state(y_true, y_pred, sample_weight=[3, 1])
    assert float(metric.result()) == pytest.approx((3 * 2 + 6 + 4) / 8)
    metric.reset_state()
    metric.update_state(y_true, y_pred, sample_weight=[[1, 0], [0, 1]])
    assert float(metric.result()) == pytest.approx((2 + 4) / 2)


@pytest.mark.parametrize(
    "metric",
    [
        PCK(DecodeHeatmaps("dark", (48, 48), stride=4), 0.1, normalizer="crop"),
        EPE(DecodeHeatmaps("quarter", (48, 48), stride=4)),
        AUC(thresholds=(0, 1.5), name="auc_mmpose"),
        HandednessAccuracy(),
    ],
    ids=["pck", "epe", "auc", "handedness"],
)
def test_metrics_survive_serialisation(metric: keras.metrics.Metric) -> None:
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert type(copy) is type(metric)
    assert copy.get_config() == metric.get_config()


def test_handedness_counts_hands_of_known_side() -> None:
    metric = HandednessAccuracy()
    logits = np.reshape([3.0, -1.0, 2.0, -9.0, 0.5], (5, 1, 1, 1))
    truth = np.array([[1], [1], [0], [0], [-1]], np.int8)
    metric.update_state(truth, logits)
    assert float(metric.result()) == 0.5  # the first and the fourth
    metric.reset_state()
    metric.update_state(truth, logits, sample_weight=[1, 0, 1, 2, 1])
    assert float(metric.result()) == 0.75


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"normalizer.*'hand'"):
        PCK(normalizer="hand")
    with pytest.raises(ValueError, match="four channels"):
        PCK(normalizer="head").update_state(np.ones((1, 2, 3)), np.ones((1, 2, 2)))
