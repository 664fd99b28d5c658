"""A detector's file gives what its network and decoder give."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from small_models import SMALL

from handypose_tf.export import export_litert
from handypose_tf.geometry import letterbox_matrix, warp_image
from handypose_tf.inference import HandDetector, UntrainedModelWarning
from handypose_tf.inference.hand_detector import place_hands
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.models import hand_detector

SIDE = 64


@pytest.fixture(scope="module")
def model():
    """Weights at random and a bias that makes it find hands all over."""
    model = hand_detector(image_size=SIDE, overrides=SMALL)
    layer = model.get_layer("maps")
    kernel, _ = layer.get_weights()
    rng = np.random.default_rng(3)
    bias = np.array([-1, 0, 0, -7, -8, 3, 1], np.float32)
    layer.set_weights([rng.normal(0, 1, kernel.shape).astype(np.float32), bias])
    return model


@pytest.fixture(scope="module")
def path(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return export_litert(model, folder / "handypose_detector_64_float32.tflite")


def picture(height=48, width=64) -> np.ndarray:
    shape = (height, width, 3)
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def test_the_file_finds_what_the_network_finds(model, path):
    with pytest.warns(UntrainedModelWarning):
        detector = HandDetector(path, min_score=0.0)
    image = picture()
    matrix = letterbox_matrix(64, 48, SIDE)
    crop = warp_image(image, matrix, SIDE)[None].astype(np.float32)
    maps = model(crop, training=False)["maps"]
    expected = place_hands(np.asarray(model.decoder()(maps))[0], matrix, SIDE, 0.0)
    found = detector.detect(image)
    assert len(found) == len(expected) >= 3
    for hand, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(hand.box, other.box, atol=0.01)
        assert hand.score == pytest.approx(other.score, abs=1e-4)
        assert hand.degrees == pytest.approx(other.degrees, abs=0.1)


def test_the_file_says_it_is_a_detector(path, model):
    assert read_metadata(path).to_dict() == model.metadata().to_dict()
    runner = Interpreter(str(path), num_threads=1).get_signature_runner()
    outputs = runner.get_output_details()
    assert {*outputs} == {"hands"} and tuple(outputs["hands"]["shape"]) == (1, 16, 7)
