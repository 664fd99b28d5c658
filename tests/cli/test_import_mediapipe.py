from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from tensorflow import keras

from handypose_tf.cli.main import main
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.weights.mediapipe_files import FILES


def test_a_landmark_network_in_both_forms(mediapipe_folder, tmp_path, capsys):
    """The float16 file's points are those of MediaPipe's own within a tenth pixel."""
    out, tflite = tmp_path / "hand.keras", tmp_path / "hand.tflite"
    words = ["landmark_lite", "--out", str(out), "--tflite", str(tflite)]
    assert main(["import-mediapipe", *words]) == 0
    assert capsys.readouterr().out == (
        f"{out}, {tflite}: 1,011,712 parameters; gives landmarks (63,), "
        "presence (1,), handedness (1,), world_landmarks (63,)\n"
    )
    assert keras.models.load_model(out).output["landmarks"].shape == (None, 63)
    crops = demo_crops((224, 224))[:6]
    own = Interpreter(str(mediapipe_folder / FILES["landmark_lite"]))
    own.allocate_tensors()
    ends = [end["index"] for end in own.get_output_details()]
    runner = Interpreter(str(tflite)).get_signature_runner()
    model = LiteRTModel(tflite)
    found = model.run(crops)
    for crop, points, side, chance in zip(crops, *found[:3], strict=True):
        values = crop[None].astype(np.float32)
        own.set_tensor(own.get_input_details()[0]["index"], values / 255)
        own.invoke()
        landmarks, presence, right, world = (own.get_tensor(index) for index in ends)
        all_points = runner(image=values)
        assert np.abs(all_points["landmarks"] - landmarks).max() < 0.1
        assert np.abs(all_points["world_landmarks"] - world).max() < 1e-4
        pixels = points[:, :2] * 224 - 0.5
        assert np.abs(pixels - landmarks.reshape(21, 3)[:, :2]).max() < 0.1
        np.testing.assert_array_equal(points[:, 2], 1)
        assert chance == pytest.approx(presence.item(), abs=1e-3)
        assert side == pytest.approx(1 - right.item(), abs=1e-3)


def test_a_palm_network(mediapipe_folder, tmp_path, capsys):
    out, tflite = tmp_path / "palm.keras", tmp_path / "palm.tflite"
    words = ["palm_lite", "--out", str(out), "--tflite", str(tflite)]
    assert main(["import-mediapipe", *words]) == 0
    assert "gives boxes (2016, 18), logits (2016, 1)" in capsys.readouterr().out
    [crop] = demo_crops((192, 192))[:1]
    found = Interpreter(str(tflite)).get_signature_runner()(
        image=crop[None].astype(np.float32)
    )
    own = Interpreter(str(mediapipe_folder / FILES["palm_lite"]))
    own.allocate_tensors()
    own.set_tensor(own.get_input_details()[0]["index"], crop[None] / np.float32(255))
    own.invoke()
    for name, end in zip(("boxes", "logits"), own.get_output_details(), strict=True):
        assert np.abs(found[name] - own.get_tensor(end["index"])).max() < 0.1


def fails_with_one_line(capsys, *arguments: str) -> str:
    assert main(["import-mediapipe", *arguments]) == 1
    out, err = capsys.readouterr()
    assert not out and err.startswith("handypose: error: ") and err.count("\n") == 1
    return err


def test_another_network_s_file(mediapipe_folder, tmp_path, capsys):
    out, file = tmp_path / "a.keras", mediapipe_folder / FILES["landmark_lite"]
    words = ["landmark_full", "--out", str(out), "--file", str(file)]
    err = fails_with_one_line(capsys, *words)
    assert "hand_landmark_lite.tflite does not fit" in err and not out.exists()


def test_a_file_of_another_version(mediapipe_folder, tmp_path, capsys):
    """With another number of operations, as other versions have."""
    out, file = str(tmp_path / "a.keras"), mediapipe_folder / FILES["palm_full"]
    words = ["palm_lite", "--out", out, "--file", str(file)]
    err = fails_with_one_line(capsys, *words)
    assert "palm_lite of mediapipe==0.10.21 has" in err


def test_a_missing_file(tmp_path, capsys):
    words = ["palm_lite", "--out", str(tmp_path / "a.keras"), "--file", "none.tflite"]
    assert "none.tflite: no such model file" in fails_with_one_line(capsys, *words)


def test_no_network(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HANDYPOSE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    err = fails_with_one_line(
        capsys, "landmark_full", "--out", str(tmp_path / "a.keras")
    )
    assert "cannot download mediapipe==0.10.21" in err and "where there is a net" in err


@pytest.mark.parametrize(
    "words", [("--out", "m.h5"), ("--out", "m.keras", "--tflite", "m.bin")]
)
def test_wrong_endings_are_told_before_any_work(capsys, words):
    assert ": must end with ." in fails_with_one_line(capsys, "palm_lite", *words)
