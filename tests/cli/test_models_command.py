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
        assert name in out and preset.text in out
    [tflite] = [line for line in out.splitlines() if line.startswith(f"{DOTS}  ")]
    assert tflite.split()[1:3] == ["64", "0.0"] and tflite.endswith("100.0 % *")
    assert "\n* pck_box@.2\n" in out and "trained on" not in out
    name = "handypose_dots_64.keras"
    [keras] = [line for line in out.splitlines() if line.startswith(f"{name}  ")]
    assert keras.split()[1:] == ["64x48", "3.2", "-", "2.5", "not", "measured"]


def test_verbose_tells_the_rest(shipped, capsys):
    assert main(["models", "--verbose"]) == 0
    out = capsys.readouterr().out
    assert "accuracy: pck_box@.2: 100.0 %" in out and "trained on: none needed" in out
    assert "never trained on hands\n  accuracy: not measured\n" in out
    assert "(CC0)" in out and "trained on: not stated" in out


def test_a_model_s_parts(tmp_path, capsys):
    """Parameters as FACTS has them for the handedness head: 20,609; the sum is all."""
    report = tmp_path / "m.json"
    assert main(["models", "handypose_lite0", "--json", str(report)]) == 0
    parts = json.loads(report.read_text("utf-8"))["parts"]
    parameters = PRESETS["handypose_lite0"].parameters
    assert sum(part["parameters"] for part in parts) == parameters
    lines = capsys.readouterr().out.splitlines()
    rows = {line[:24].strip(): line[24:] for line in lines[2:]}
    heatmaps = next(line for line in lines if line.startswith("heatmaps "))
    assert "48 x 48 x 21" in heatmaps and f" {64 * 21 + 21} " in heatmaps
    counts = [int(line.rsplit(maxsplit=2)[-2]) for line in lines[2:-1]]
    assert sum(counts) == PRESETS["handypose_lite0"].parameters and rows
    assert [line.split("  ")[0] for line in lines if "stride" in line] == [
        f"backbone, stride {stride}" for stride in (1, 2, 4, 8, 16, 32)
    ]


DOTS = "handypose_dots_64_float32.tflite"


def test_json(shipped, tmp_path):
    assert main(["models", "--json", str(tmp_path / "m.json")]) == 0
    lists = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert [preset["name"] for preset in lists["presets"]] == [*PRESETS, *DETECTORS]
    tflite, keras = lists["files"]
    assert tflite["file"] == DOTS and tflite["parameters"] == 9
    assert tflite["bytes"] == (shipped / DOTS).stat().st_size
    assert keras["licence"] == "CC0" and keras["accuracy"] is None


def test_what_a_tflite_file_says(shipped, tmp_path, capsys):
    report = tmp_path / "m.json"
    assert main(["models", str(shipped / DOTS), "--json", str(report)]) == 0
    out = capsys.readouterr().out
    assert DOTS in out and "trained on: none needed" in out
    assert json.loads(report.read_text("utf-8"))["files"][0]["parameters"] == 9


def test_a_name_that_is_empty(capsys):
    assert main(["models", ""]) == 1
    assert "name is empty; is a shell variable not set?" in capsys.readouterr().err


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
