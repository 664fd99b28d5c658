"""Keypoints in three dimensions: MediaPipe's heads, from the network to a hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from small_models import SMALL, scatter_weights

from handypose_tf.export import Quantization, export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.export.task_check import run_landmarks
from handypose_tf.export.task_network import task_network
from handypose_tf.geometry import HandRegion
from handypose_tf.inference import HandPose
from handypose_tf.inference.crop_model import CropModel
from handypose_tf.inference.crop_results import CropResults
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.inference.video.hand_track import HandTrack
from handypose_tf.inference.video.one_euro import OneEuro
from handypose_tf.models import (
    handypose,
    import_mediapipe,
    load_model,
    load_weights,
    save_model,
)

SIDE = 64


def build(**arguments):
    arguments = {"image_size": SIDE, "overrides": SMALL, "world": True, **arguments}
    return handypose("handypose_mediapipe_lite", **arguments)


def outputs(model, side: int = SIDE) -> dict[str, np.ndarray]:
    crops = demo_crops((side, side))[:2].astype(np.float32)
    return {name: np.asarray(v) for name, v in model.predict_on_batch(crops).items()}


@pytest.fixture(scope="module")
def model():
    model = build(presence=True)
    model.describe(trained=True)
    scatter_weights(model)
    for name in ("depth", "world"):
        kernel, bias = model.get_layer(name).get_weights()
        bias = np.linspace(-0.3, 0.4, bias.size)
        model.get_layer(name).set_weights([0.01 * kernel, bias])
    return model


def test_shapes_and_facts(model):
    found = {name: value.shape for name, value in outputs(model).items()}
    assert found["depth"] == (2, 21) and found["world"] == (2, 63)
    assert model.metadata().world and not build(world=None).metadata().world


def test_other_keypoints_have_none(model, tmp_path):
    with pytest.raises(ValueError, match="`world` is for the hand's 21 keypoints"):
        build(keypoint_names=["tip"], skeleton=())
    with pytest.raises(ValueError, match=r"`world` is for .* with `points`"):
        handypose("handypose_lite0", image_size=SIDE, overrides=SMALL, world=True)
    path = save_model(model, tmp_path / "a.keras")
    own = {"image_size": SIDE, "overrides": SMALL, "weights": path}
    assert handypose("handypose_mediapipe_lite", **own).description.world
    plain = handypose("handypose_mediapipe_lite", **own, world=False)
    assert "world" not in plain.output
    np.testing.assert_array_equal(
        outputs(plain)["heatmaps"], outputs(model)["heatmaps"]
    )


def test_files_with_and_without(model, tmp_path):
    loaded = load_model(save_model(model, tmp_path / "a.keras"))
    for name, expected in outputs(model).items():
        np.testing.assert_array_equal(outputs(loaded)[name], expected)
    without = build(world=False, presence=True)
    scatter_weights(without)
    path = save_model(without, tmp_path / "b.keras")
    with pytest.warns(UserWarning, match="has no world head; .* untrained"):
        load_weights(loaded, path)
    np.testing.assert_array_equal(
        outputs(loaded)["presence"], outputs(without)["presence"]
    )


def test_they_begin_with_mediapipe_s(mediapipe_folder):
    """Of the same crop: depth over its 224 pixels, and metres."""
    ours = build(image_size=224, weights="mediapipe", overrides=None)
    theirs = outputs(import_mediapipe("landmark_lite"), 224)
    found = outputs(ours, 224)
    depth = theirs["landmarks"].reshape(2, 21, 3)[..., 2]
    assert np.ptp(depth) > 10
    np.testing.assert_allclose(found["depth"] * 224, depth, atol=1e-3)
    np.testing.assert_allclose(found["world"], theirs["world_landmarks"], atol=2e-6)


@pytest.fixture(scope="module")
def file(model, tmp_path_factory):
    return export_litert(model, tmp_path_factory.mktemp("world") / "a.tflite")


def test_a_file_gives_metres_and_no_depth(model, file):
    found = LiteRTModel(file).run(demo_crops((SIDE, SIDE))[:2])
    expected = outputs(model)["world"].reshape(2, 21, 3)
    np.testing.assert_allclose(found.keypoints_3d, expected, atol=1e-5)
    signature = Interpreter(str(file)).get_signature_list()["serving_default"]
    assert sorted(signature["outputs"]) == ["keypoints", "keypoints_3d", "presence"]


def test_a_bundle_s_landmarks_have_depth_in_pixels(model):
    content = task_network(model, "float32", Quantization())
    network = Interpreter(model_content=content)
    network.allocate_tensors()
    crop = demo_crops((SIDE, SIDE))[:1].astype(np.float32)
    network.set_tensor(network.get_input_details()[0]["index"], crop / 255)
    network.invoke()
    landmarks, _, _, world = (
        network.get_tensor(each["index"]) for each in network.get_output_details()
    )
    raw = outputs(model)
    depth = landmarks.reshape(21, 3)[:, 2]
    np.testing.assert_allclose(depth, raw["depth"][0] * SIDE, atol=1e-3)
    np.testing.assert_allclose(world, raw["world"][:1], atol=1e-5)
    check = run_landmarks(model, content)
    assert check.depth < 1e-3 and check.world < 1e-5
    told = dict(check.rows())
    assert told["depth moved by"].endswith("metres 0.0000 at most")
    assert "depth and world landmarks" not in told


def test_a_turned_crop_s_metres_are_turned_back(file, monkeypatch):
    model = CropModel(file, 1)
    along_x = np.tile([0.1, 0.0, 0.02], (1, 21, 1))
    keypoints = np.full((1, 21, 3), 0.5, np.float32)
    results = CropResults(keypoints, None, np.ones(1), along_x)
    monkeypatch.setattr(model._model, "run", lambda crops: results)
    picture = np.zeros((80, 80, 3), np.uint8)
    for degrees, mirrored in ((0.0, False), (90.0, False), (30.0, False), (30.0, True)):
        region = HandRegion(np.array([40.0, 40.0]), 40, degrees, mirrored)
        [hand] = model.poses(picture, [region])
        to_picture = np.linalg.inv(region.matrix(SIDE))[:2, :2]
        direction = to_picture @ [1, 0]
        direction *= 0.1 / np.linalg.norm(direction)
        expected = np.tile([*direction, 0.02], (21, 1))
        np.testing.assert_allclose(hand.keypoints_3d, expected, atol=1e-6)


def hand(space: np.ndarray | None) -> HandPose:
    keypoints = np.linspace(10, 90, 42).reshape(21, 2)
    box = [10, 10, 80, 80]
    return HandPose(keypoints, np.ones(21), box, 1.0, keypoints_3d=space)


def test_a_hand_writes_tenths_of_millimetres():
    space = np.linspace(-0.1, 0.123456, 63).reshape(21, 3)
    values = hand(space).to_dict()
    assert values["keypoints_3d"][20][2] == 0.1235
    again = HandPose.from_dict(values)
    np.testing.assert_allclose(again.keypoints_3d, space, atol=6e-5)
    assert "keypoints_3d" not in hand(None).to_dict()
    with pytest.raises(ValueError, match=r"`keypoints_3d` must be \(21, 3\)"):
        hand(space[:20])


def test_metres_are_smoothed_as_pixels_are():
    """A hand at rest whose points jitter: the filter takes the most of it."""
    rng = np.random.default_rng(0)
    still = rng.uniform(-0.08, 0.08, (21, 3))
    track = HandTrack(1, hand(still), 0.0, OneEuro()).start()
    spread = []
    for frame in range(1, 60):
        noisy = still + rng.normal(0, 0.002, still.shape)
        track.see(hand(noisy), frame / 30, is_alone=True)
        spread.append(track.result().keypoints_3d - still)
    assert np.std(spread[30:]) < 0.001
    plain = HandTrack(1, replace(hand(still)), 0.0, None).start()
    np.testing.assert_allclose(plain.result().keypoints_3d, still, rtol=1e-6)
