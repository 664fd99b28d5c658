from __future__ import annotations

import numpy as np
import pytest
from small_models import SMALL, scatter_weights

from handypose_tf.errors import ModelError
from handypose_tf.litert.metadata import Decode
from handypose_tf.models import (
    hand_detector,
    handypose,
    load_detector,
    load_model,
    load_weights,
    save_model,
)
from handypose_tf.models.complexity import count_graph_macs
from handypose_tf.models.presets import DETECTORS


@pytest.fixture(scope="module")
def small():
    model = hand_detector(image_size=64, overrides=SMALL)
    scatter_weights(model)
    return model


def maps(model):
    picture = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3))
    return np.asarray(model(picture.astype(np.float32), training=False)["maps"])


@pytest.mark.parametrize("name", DETECTORS)
def test_parameters_and_macs_are_as_the_preset_says(name):
    model = hand_detector(name)
    assert model.count_params() == DETECTORS[name].parameters
    assert count_graph_macs(model) == DETECTORS[name].macs


@pytest.mark.parametrize(
    ("name", "shape"),
    [("handypose_detector", (32, 32, 7)), ("mediapipe_palm", (2016, 19))],
)
def test_the_raw_maps(name, shape):
    """Cells of 8 pixels; or two anchors a cell of 8 pixels and six of 16, at 192."""
    assert tuple(hand_detector(name).outputs[0].shape[1:]) == shape


def test_a_new_detector_sees_no_hand():
    model = hand_detector(image_size=64)
    found = np.asarray(model.decoder()(maps(model)))
    assert found.shape == (2, 16, 7)
    assert found[..., 6].max() < 0.02
    np.testing.assert_allclose(found[..., 2:4], 0.25, atol=0.02)


def test_files_round_trip(small, tmp_path):
    path = save_model(small, tmp_path / "a.keras")
    loaded = load_detector(path)
    np.testing.assert_allclose(maps(loaded), maps(small), rtol=1e-6)
    other = hand_detector(image_size=64, overrides=SMALL)
    load_weights(other, path)
    np.testing.assert_allclose(maps(other), maps(small), rtol=1e-6)


def test_files_of_the_other_kind_are_refused(small, tmp_path):
    path = save_model(small, tmp_path / "a.keras")
    with pytest.raises(ModelError, match=r"not a HandyPose; open it with load_det"):
        load_model(path)
    pose = save_model(handypose(image_size=64, overrides=SMALL), tmp_path / "b.keras")
    with pytest.raises(ModelError, match=r"not a HandyPoseDet.*with load_model"):
        load_detector(pose)


def test_metadata(small):
    small.describe(trained=True, min_score=0.25)
    facts = small.metadata("int8")
    assert facts.kind == "detector" and facts.num_keypoints == 0 and facts.trained
    assert facts.decode == Decode(method="centers", max_hands=16, min_score=0.25)
    assert facts.image_size == (64, 64) and facts.parameters == small.count_params()


def test_unknown_names():
    with pytest.raises(ValueError, match=r"`preset` must be one of .*handypose_det"):
        hand_detector("handypose_lite0")
    with pytest.raises(ValueError, match=r"Facts are .*min_score"):
        hand_detector(image_size=64, overrides=SMALL).describe(crop_scale=1.5)
