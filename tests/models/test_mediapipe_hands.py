"""MediaPipe's landmark network with other numbers of points, and that it is taught."""

from __future__ import annotations

import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.losses import CoordinateLoss
from handypose_tf.models import import_mediapipe, mediapipe_hands


def landmarks(model: keras.Model, images: np.ndarray) -> np.ndarray:
    found = model(images.astype(np.float32), training=False)["landmarks"]
    return np.asarray(found).reshape(len(images), -1, 3)


def test_more_points_and_fewer(mediapipe_folder) -> None:
    images = demo_crops((224, 224))[:2]
    own = landmarks(import_mediapipe("landmark_lite"), images)
    more = landmarks(mediapipe_hands(23, "lite"), images)
    np.testing.assert_allclose(more[:, :21], own, atol=1e-3)
    middle = own.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(more[:, 21:], np.repeat(middle, 2, 1), atol=1e-3)
    few = landmarks(mediapipe_hands(5, "lite"), images)
    np.testing.assert_allclose(few, own[:, :5], atol=1e-3)


def test_fit_moves_the_points_that_are_seen() -> None:
    keras.utils.set_random_seed(0)
    model = mediapipe_hands(2, "lite", weights=None)
    for layer in model.layers:
        layer.trainable &= layer.name.startswith("top_")
    presence = model.get_layer("top_presence").get_weights()[0]
    model.compile(keras.optimizers.Adam(0.1), {"landmarks": CoordinateLoss()})
    images = demo_crops((224, 224))[:2]
    truth = np.array([[[50, 60, 1], [0, 0, 0]]] * 2, np.float32)
    begin = landmarks(model, images)
    model.fit(images, {"landmarks": truth}, epochs=3, batch_size=2, verbose=0)
    moved = landmarks(model, images)
    before = np.linalg.norm(begin[:, 0, :2] - (50, 60), axis=-1)
    after = np.linalg.norm(moved[:, 0, :2] - (50, 60), axis=-1)
    assert (after < before - 1).all()
    np.testing.assert_array_equal(
        model.get_layer("top_presence").get_weights()[0], presence
    )


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"`num_keypoints` must be 1 or more.*: 0"):
        mediapipe_hands(0)
    with pytest.raises(ValueError, match=r"`variant` must be one of .*'big'"):
        mediapipe_hands(21, "big", weights=None)
