"""A network that finds points by regression too, near which its heatmaps count."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import SMALL, scatter_weights
from tensorflow import keras

from handypose_tf.export import Calibration, Quantization, export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.geometry import HandRegion
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.models import (
    HandyPose,
    handypose,
    import_mediapipe,
    load_model,
    save_model,
)

HEADS = {"handedness": True, "presence": True}


def build(**arguments):
    arguments = {"image_size": 64, "overrides": SMALL, **HEADS, **arguments}
    return handypose("handypose_mediapipe_lite", **arguments)


def outputs(model, side: int = 64):
    size = (2, side, side, 3)
    pictures = np.random.default_rng(0).uniform(0, 255, size).astype("f")
    return {name: np.asarray(value) for name, value in model(pictures).items()}


def test_heatmaps_fade_out_away_from_the_points():
    """Column 3 of 16 is at .21875, .15625 from a point at .375: 1 - .15625 / .25."""
    model = build()
    for axis, place in (("x", 0.375), ("y", 0.03125)):
        head = model.get_layer(f"points_{axis}")
        kernel, bias = head.get_weights()
        head.set_weights([0 * kernel, np.full_like(bias, place)])
    maps = model.get_layer("heatmaps")
    kernel, _ = maps.get_weights()
    maps.set_weights([0 * kernel, np.full(21, 2.0)])
    found = outputs(model)
    np.testing.assert_allclose(found["points"][0, 0], [0.375, 0.03125], rtol=1e-6)
    row = found["heatmaps"][0, 0, :, 5]
    assert row[3] == pytest.approx(2 * (1 - 0.15625 / 0.25), rel=1e-5)
    assert row[12] == row[15] == 0


def test_side_and_presence_see_the_crop_beside_the_hand():
    """MediaPipe's logit, and one of the features of convolutions of their own."""
    model = build()
    assert model.get_layer("crop_pool").output.shape == (None, 4 * 96)
    plain = {"handedness": 0.25, "presence": -0.5}
    for name, further in (("handedness", 3.0), ("presence", 5.0)):
        dense = "handedness_dense" if name == "handedness" else "presence"
        for layer, bias in ((dense, plain[name]), (f"{name}_crop", further)):
            kernel, _ = model.get_layer(layer).get_weights()
            model.get_layer(layer).set_weights([0 * kernel, np.array([bias])])
    found = outputs(model)
    np.testing.assert_allclose(found["handedness"].ravel(), 3.25, rtol=1e-6)
    np.testing.assert_allclose(found["presence"].ravel(), 4.5, rtol=1e-6)
    kernel, bias = model.get_layer("presence_crop").get_weights()
    model.get_layer("presence_crop").set_weights([kernel + 1, bias])
    pooled = keras.Model(model.input, model.get_layer("crop_pool").output)
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("f")
    more = np.asarray(pooled(pictures)).sum(axis=1)
    assert more.min() > 0
    np.testing.assert_allclose(
        outputs(model)["presence"].ravel(), 4.5 + more, rtol=1e-5
    )


def test_shapes():
    shapes = {name: value.shape for name, value in outputs(build()).items()}
    assert shapes == {
        "heatmaps": (2, 16, 16, 21),
        "points": (2, 21, 2),
        "handedness": (2, 1, 1, 1),
        "presence": (2, 1),
    }


def test_it_travels_and_takes_another_size(tmp_path):
    model = build()
    scatter_weights(model)
    loaded = load_model(save_model(model, tmp_path / "points.keras"))
    expected, found = outputs(model), outputs(loaded)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])
    assert model.at_size(96).output["heatmaps"].shape[1:3] == (24, 24)


def test_the_heads_begin_with_mediapipe_s(mediapipe_folder):
    """Its points in pixels of 224 and its chance of a right hand, of the same crop."""
    arguments = {"image_size": 224, "weights": "mediapipe", **HEADS}
    ours = outputs(handypose("handypose_mediapipe_lite", **arguments), 224)
    theirs = outputs(import_mediapipe("landmark_lite"), 224)
    points = theirs["landmarks"].reshape(2, 21, 3)[..., :2]
    np.testing.assert_allclose(ours["points"] * 224 - 0.5, points, atol=1e-3)
    chances = {name: 1 / (1 + np.exp(-ours[name])).reshape(2, 1) for name in HEADS}
    np.testing.assert_allclose(chances["presence"], theirs["presence"], atol=1e-5)
    left = 1 - theirs["handedness"]
    np.testing.assert_allclose(chances["handedness"], left, atol=1e-5)


def test_mediapipe_s_own_network_is_a_preset_that_is_trained(mediapipe_folder):
    model = handypose("mediapipe_hands_lite", weights="mediapipe")
    theirs = outputs(import_mediapipe("landmark_lite"), 224)
    found = outputs(model, 224)
    assert found.keys() == {"points", "handedness", "presence"}
    points = theirs["landmarks"].reshape(2, 21, 3)[..., :2]
    np.testing.assert_allclose(found["points"] * 224 - 0.5, points, atol=1e-3)
    facts = model.description
    assert facts.trained and facts.licence == "Apache-2.0"


def test_pixels_count_from_their_centres_wherever_the_network_runs(mediapipe_folder):
    """As the teacher, which runs MediaPipe's own file, and as a preset, one crop."""
    model = handypose("mediapipe_hands_lite", weights="mediapipe")
    crop = demo_crops((224, 224))[0]
    points = model(crop[None].astype("f"), training=False)["points"]
    keypoints = np.asarray(model.decoder()(points))[0, :, :2] * 224 - 0.5
    teacher = MediaPipeHands(mediapipe_folder, "lite")
    whole = HandRegion(np.array([111.5, 111.5]), 224)
    expected = teacher.landmarks_in(crop, whole).keypoints
    np.testing.assert_allclose(keypoints, expected, atol=0.01)


def test_a_network_without_a_waterfall_needs_points():
    description = build().description.with_facts(waterfall=None, decoder=None)
    assert HandyPose(description).output.keys() == {"points", *HEADS}
    with pytest.raises(ValueError, match="without a waterfall has `points`"):
        HandyPose(description.with_facts(points=False))


def test_further_points_begin_in_the_hand_s_middle(mediapipe_folder):
    names = [f"point {i}" for i in range(23)]
    model = handypose(
        "handypose_mediapipe_lite",
        weights="mediapipe",
        image_size=96,
        keypoint_names=names,
        skeleton=(),
    )
    points = outputs(model, 96)["points"]
    middle = points[:, :21].mean(axis=1)
    for further in (21, 22):
        np.testing.assert_allclose(points[:, further], middle, atol=1e-5)


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_file_gives_the_same_keypoints_and_no_points(tmp_path, precision):
    keras.utils.set_random_seed(0)
    model = build(handedness=False)
    for axis in "xy":
        head = model.get_layer(f"points_{axis}")
        kernel, _ = head.get_weights()
        head.set_weights([kernel, np.linspace(0.2, 0.8, 21)])
    crops = demo_crops((64, 64))
    maps = model.predict_on_batch(crops.astype("f"))["heatmaps"]
    expected = np.asarray(model.decoder("quarter")(maps))
    model.describe(decode="quarter")
    quantization = Quantization(
        calibration=Calibration(np.resize(crops, (36, 64, 64, 3)), "demo")
        if precision == "int8"
        else None
    )
    path = tmp_path / "a.tflite"
    file = LiteRTModel(export_litert(model, path, precision, quantization=quantization))
    found = file.run(crops)
    distances = np.linalg.norm((found.keypoints - expected)[..., :2], axis=-1)
    assert np.median(distances) < (1e-5 if precision == "float32" else 1 / 16)
    assert found.presence is not None and found.left_scores is None
