from __future__ import annotations

import numpy as np
import pytest
from small_models import SMALL

from handypose_tf.errors import ModelError
from handypose_tf.inference import (
    HandPoseEstimator,
    KerasModel,
    UntrainedModelWarning,
)


@pytest.fixture(scope="module")
def keras_file(tmp_path_factory):
    from handypose_tf.models import handypose, save_model

    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    return save_model(model, tmp_path_factory.mktemp("keras") / "a.keras")


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    values = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3))
    return values.astype(np.uint8)


def test_keypoints_are_the_peaks_of_the_heatmaps(keras_file, crops):
    model = KerasModel(keras_file)
    keypoints, heatmaps = model.run(crops).keypoints, model.run_heatmaps(crops)
    assert keypoints.shape == (3, 21, 3) and heatmaps.shape == (3, 16, 16, 21)
    assert keypoints.dtype == heatmaps.dtype == np.float32
    peaks = heatmaps.reshape(3, 256, 21).max(axis=1)
    np.testing.assert_allclose(keypoints[..., 2], np.clip(peaks, 0, 1), atol=1e-6)


def test_chances_are_sigmoids_of_the_heads(tmp_path, crops):
    from handypose_tf.models import handypose, save_model

    heads = {"handedness": True, "presence": True}
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL, **heads)
    found = KerasModel(save_model(model, tmp_path / "a.keras")).run(crops)
    logits = model.predict_on_batch(crops.astype(np.float32))
    for chance, head in (
        (found.left_scores, "handedness"),
        (found.presence, "presence"),
    ):
        odds = chance / (1 - chance)
        np.testing.assert_allclose(np.log(odds), logits[head].ravel(), atol=1e-3)


def test_metadata(keras_file):
    metadata = KerasModel(keras_file).metadata
    assert metadata.image_size == (64, 64) and metadata.preset == "handypose_lite0"
    assert not metadata.trained


def test_the_estimator_opens_it_and_warns_that_it_is_untrained(keras_file):
    with pytest.warns(UntrainedModelWarning):
        estimator = HandPoseEstimator(keras_file, refine=False)
    image = np.full((90, 120, 3), 80, np.uint8)
    [hand] = estimator.predict(image, [[10, 10, 60, 60]])
    low, high = hand.keypoints.min(axis=0), hand.keypoints.max(axis=0)
    assert (low > -15).all() and (high < 95).all()
    heatmaps, _ = estimator.heatmaps(image, [10, 10, 60, 60])
    assert heatmaps.shape == (16, 16, 21)


def test_a_file_that_is_no_model(tmp_path):
    path = tmp_path / "a.keras"
    path.write_bytes(b"hello")
    with pytest.raises(ModelError, match=r"a\.keras"):
        KerasModel(path)
