"""`handypose calibrate`: a model's scores before and after."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from noise_hands import write_noise_hands
from small_models import SMALL
from tensorflow import keras

from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.evaluation import select_hands
from handypose_tf.evaluation.score_calibration import Calibration, score_points
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.models import handypose, load_model, save_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights; twelve hands on noise, and a place without one."""
    folder = tmp_path_factory.mktemp("calibrate")
    content = write_noise_hands(folder, 12, low=20, high=70)
    nothing = {"id": 12, "image_id": 0, "category_id": 1, "bbox": [5, 5, 30, 30]}
    content["annotations"].append({**nothing, "no_hand": True})
    (folder / "hands.json").write_text(json.dumps(content))
    # Weights of which some, and not all, points come out right by chance.
    keras.utils.set_random_seed(5)
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    model.describe(trained=True, licence="CC0-1.0", training_data="none")
    save_model(model, folder / "model.keras")
    return folder


def test_scores_become_chances_and_keypoints_stay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = f"coco:{folder / 'hands.json'}", folder / "calibrated.keras"
    words = ["calibrate", str(folder / "model.keras"), "--data", data]
    files = ["--plot", str(folder / "r.png"), "--json", str(folder / "r.json")]
    assert main([*words, "--out", str(out), *files]) == 0
    assert "fitted on 252 keypoints of 12 hands" in capsys.readouterr().out
    calibration = load_model(out).description.decode.calibration
    found = json.loads((folder / "r.json").read_text())
    assert calibration == pytest.approx(found["calibration"], abs=1e-4)
    image = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    before, after = (
        HandPoseEstimator(path, refine=False).predict(image, [[20, 20, 50, 50]])[0]
        for path in (folder / "model.keras", out)
    )
    assert (before.keypoints == after.keypoints).all()
    expected = Calibration(*calibration)(before.scores)
    assert after.scores == pytest.approx(expected, abs=1e-5)
    # A calibrated model can be calibrated again: its peaks are found back.
    records = select_hands(open_source(data).records())
    peaks = [
        score_points(HandPoseEstimator(path), records)[0]
        for path in (folder / "model.keras", out)
    ]
    assert peaks[0] == pytest.approx(peaks[1], abs=1e-3)


def test_another_ending_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calibrate", str(folder / "model.keras"), "--data", "coco:x", "--out"]
    assert main([*words, str(folder / "x.tflite")]) == 1
    assert "must end with .keras" in capsys.readouterr().err
