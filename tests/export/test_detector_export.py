"""A detector is exported and checked by the command that exports pose networks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawn_hands import write_coco
from small_models import SMALL, scatter_weights

from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.errors import ModelError
from handypose_tf.export import open_calibration, open_checker
from handypose_tf.inference import HandDetector
from handypose_tf.litert.metadata import plain, read_metadata
from handypose_tf.models import hand_detector, handypose, save_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("detector")
    model = hand_detector(image_size=64, overrides=SMALL)
    scatter_weights(model)
    model.describe(trained=True, min_score=0.1)
    save_model(model, folder / "detector.keras")
    write_coco(folder / "hands", 6)
    return folder


def test_the_command_exports_runs_and_measures_it(folder, capsys):
    hands = f"coco:{folder / 'hands' / 'annotations.json'}"
    path = folder / "detector.tflite"
    words = ["export", str(folder / "detector.keras"), "--out", str(path)]
    assert main([*words, "--check", hands]) == 0
    text = capsys.readouterr().out
    assert "best finds moved by" in text and "found at one false alarm a photo" in text
    export = read_metadata(path).export
    # The file computes what the model computes, so it finds the same hands.
    assert export["parity_px"]["max"] < 0.05 and export["parity_px"]["num_crops"] == 12
    recall = export["accuracy"]["recall@1"]
    assert recall["file"] == recall["model"] and recall["change"]["value"] == 0
    assert export["accuracy"]["num_hands"] == 6
    assert json.loads(json.dumps(export)) == plain(export)
    assert HandDetector(path).metadata.image_size == (64, 64)


def test_it_is_calibrated_on_whole_pictures(folder):
    reader = open_source(f"coco:{folder / 'hands' / 'annotations.json'}")
    metadata = hand_detector(image_size=64, overrides=SMALL).metadata()
    with pytest.warns(UserWarning, match="6 crops of .* are few to calibrate on"):
        crops = open_calibration(reader, metadata).crops
    image = reader.records()[0].read_image()
    assert crops.shape == (6, 64, 64, 3)
    # A whole picture keeps its mean, but for the black beside what is no square.
    side = max(image.shape[:2])
    share = image.shape[0] * image.shape[1] / side**2
    np.testing.assert_allclose(crops[0].mean(), share * image.mean(), rtol=0.05)


def test_it_is_compared_with_a_detector_alone():
    detector = hand_detector(image_size=64, overrides=SMALL)
    pose = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    with pytest.raises(ModelError, match="is a HandyPose, the model to compare it"):
        open_checker(detector).check_model(pose)
    other = hand_detector(image_size=96, overrides=SMALL)
    with pytest.raises(ModelError, match=r"has image_size \(96, 96\)"):
        open_checker(detector).check_model(other)
