from __future__ import annotations

import json

import pytest

from handypose_tf.cli import models
from handypose_tf.cli.main import main
from handypose_tf.models.presets import DETECTORS, PRESETS


@pytest.fixture
def shipped(tmp_path, dot_model, monkeypatch):
    folder = tmp_path / "savedmodels"
    folder.mkdir()
    (folder / dot_model.name).write_bytes(dot_model.read_bytes())
    (folder / "handypose_dots_64.keras").write_bytes(b"x" * 2_500_000)
    card = {
        "preset": "handypose_dots",
        "image_size": [64, 48],
        "parameters": 3_200_000,
        "trained": False,
        "licence": "CC0",
    }
    (folder / "handypose_dots_64.card.json").write_text(json.dumps(card))
    monkeypatch.setattr(models, "SAVED_MODELS", folder)
    return folder


def test_lists_presets_and_files(shipped, capsys):
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    for name, preset in (PRESETS | DETECTORS).items():
        assert name in out and preset["description"] in out
    [tflite] = [line for line in out.splitlines() if line.startswith(f"{DOTS}  ")]
    assert tflite.split()[1:3] == ["64", "0.0"] and tflite.endswith("Apache-2.0")
    assert "accuracy: pck_box@.2 1.0" in out and "trained on: none needed" in out
    name = "handypose_dots_64.keras"
    [keras] = [line for line in out.splitlines() if line.startswith(f"{name}  ")]
    assert keras.split()[1:] == ["64x48", "3.2", "-", "2.5", "no", "CC0"]
    assert "accuracy: not measured\n  trained on: not stated" in out


DOTS = "handypose_dots_64_float32.tflite"


def test_json(shipped, tmp_path):
    assert main(["models", "--json", str(tmp_path / "m.json")]) == 0
    lists = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert [preset["name"] for preset in lists["presets"]] == [*PRESETS, *DETECTORS]
    tflite, keras = lists["files"]
    assert tflite["file"] == DOTS and tflite["parameters"] == 9
    assert tflite["bytes"] == (shipped / DOTS).stat().st_size
    assert keras["licence"] == "CC0" and keras["accuracy"] is None


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_bad_card_is_one_line_and_the_rest_is_listed(shipped, content, capsys):
    card = shipped / "handypose_dots_64.card.json"
    card.unlink() if content is None else card.write_text(content)
    assert main(["models"]) == 1
    out, err = capsys.readouterr()
    assert DOTS in out and "handypose_dots_64.keras" not in out
    assert err.count("\n") == 1 and "handypose_dots_64.card.json: " in err


def test_nothing_ships(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(models, "SAVED_MODELS", tmp_path / "none")
    assert main(["models"]) == 0
    assert "No trained models ship" in capsys.readouterr().out
