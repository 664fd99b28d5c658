"""One rule for names: `load_model`, `handypose(weights=...)` and the estimator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handypose_tf import HandPoseEstimator, handypose, load_model
from handypose_tf.errors import ModelError
from handypose_tf.litert.shipped import find_model

NAMES = ("handypose_lite0", "handypose_lite0_224", "handypose_lite0_224_int8")


@pytest.fixture(scope="module")
def shipped():
    return load_model("handypose_lite0")


@pytest.mark.parametrize("name", NAMES)
def test_the_estimator_s_names_load_the_same_network(shipped, name):
    estimator = HandPoseEstimator(name, detector=None)
    model = load_model(name)
    assert model.image_size == estimator.metadata.image_size
    assert model.description.trained
    ours, theirs = model.get_weights(), shipped.get_weights()
    assert all((a == b).all() for a, b in zip(ours, theirs, strict=True))


def test_shipped_weights_bring_size_heads_and_facts(shipped):
    model = handypose("handypose_lite0", weights="shipped")
    ours, theirs = model.description, shipped.description
    assert ours == replace(theirs, accuracy={}) != theirs
    assert ours.handedness and ours.decode.calibration is not None
    image = np.random.default_rng(0).uniform(0, 255, (1, 224, 224, 3))
    found, expected = (m(image.astype(np.float32)) for m in (model, shipped))
    assert found.keys() == expected.keys()
    for output in found:
        np.testing.assert_array_equal(found[output], expected[output])


def test_what_is_asked_for_comes_before_what_the_file_has(shipped):
    path = find_model("handypose_lite0_224.keras")
    model = handypose("handypose_lite0", weights=path, image_size=64, handedness=False)
    assert model.image_size == (64, 64) and not model.has_handedness
    for layer in model.layers:
        theirs = shipped.get_layer(layer.name).get_weights()
        for own, other in zip(layer.get_weights(), theirs, strict=True):
            np.testing.assert_array_equal(own, other)


def test_nobody_has_imagenet_weights_of_mediapipe_s_networks():
    with pytest.raises(ModelError, match="nobody has ImageNet weights"):
        handypose("handypose_mediapipe_lite", image_size=64, weights="imagenet")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            "handypose_mediapipe_full",
            "weights of handypose_mediapipe_full, not of handypose_lite0",
        ),
        ("handypose_lite7", "did you mean handypose_lite"),
        ("none.keras", "no such model file"),
        ("none.weights.h5", "cannot read"),
        ("handypose_detector", "holds a HandyPoseDetector"),
        ("mediapipe", "no weights for the backbone efficientnet_lite0"),
    ],
)
def test_weights_that_do_not_go_with_a_preset(weights, message):
    with pytest.raises(ModelError, match=message):
        handypose("handypose_lite0", weights=weights)


def test_a_preset_of_which_none_ship():
    with pytest.raises(ModelError, match="no shipped model has this name"):
        handypose("handypose_resnet50", weights="shipped")
