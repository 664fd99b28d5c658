"""`handypose export`: the file, its side-car, the table and the errors."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from drawn_hands import write_coco
from small_models import SMALL, scatter_weights

from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.evaluation.measure import measure_model, select_from
from handypose_tf.litert.metadata import plain, read_metadata
from handypose_tf.models import handypose, save_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    scatter_weights(model)
    model.describe(trained=True)
    save_model(model, folder / "model.keras")
    write_coco(folder / "hands", 34)
    return folder


@pytest.fixture(scope="module")
def exported(folder) -> Path:
    """An int8 file with all that the command can do."""
    hands = f"coco:{folder / 'hands' / 'annotations.json'}"
    path = folder / "out" / "hand_int8.tflite"
    words = ["--precision", "int8", "--io", "uint8", "--heatmaps"]
    data = ["--calibration", hands, "--check", hands]
    report = ["--keep-float", "block0_relu", "^heatmaps$", "--json"]
    code = main(
        [
            *("export", str(folder / "model.keras"), "--out", str(path)),
            *(*words, *data, *report, str(folder / "report.json")),
        ]
    )
    assert code == 0
    return path


def test_the_file_s_side_car_holds_its_sha256(exported):
    digest = hashlib.sha256(exported.read_bytes()).hexdigest()
    assert Path(f"{exported}.sha256").read_text() == f"{digest}  {exported.name}\n"
    assert {path.name for path in exported.parent.iterdir()} == {
        "hand_int8.tflite",
        "hand_int8.tflite.sha256",
    }


def test_the_metadata_hold_what_was_measured(exported, folder):
    metadata = read_metadata(exported)
    facts = plain(metadata.export)
    assert metadata.precision == "int8" and facts["io"] == "uint8"
    assert facts["quantizer"] == "tensorflow"
    assert facts["calibration"]["num_crops"] == 34
    assert facts["keep_float"] == ["block0_relu", "^heatmaps$"]
    assert facts["operations"]["body_partitions"] == 1
    assert facts["parity_px"]["num_crops"] == 34
    assert set(facts["latency_ms"]) == {"1 threads", "2 threads"}
    accuracy = facts["accuracy"]
    assert accuracy["num_hands"] == 34
    change = accuracy["change"]["pck_box@0.2"]
    after, before = (accuracy[n]["pck_box@0.2"]["value"] for n in ("file", "model"))
    assert change["value"] == pytest.approx(after - before)
    assert change["low"] <= change["value"] <= change["high"]
    assert json.loads((folder / "report.json").read_text()) == facts


def test_the_figures_are_those_of_measure_model(exported, folder):
    hands = select_from(open_source(f"coco:{folder / 'hands' / 'annotations.json'}"))
    measured = measure_model(exported, hands, "nsrm").evaluation
    for column, score in read_metadata(exported).export["accuracy"]["file"].items():
        assert measured.scores[column].value == pytest.approx(score["value"], rel=1e-4)


def test_a_file_without_data_is_compared_on_the_demo_picture(folder, capsys):
    path = folder / "float.tflite"
    assert main(["export", str(folder / "model.keras"), "--out", str(path)]) == 0
    said = capsys.readouterr().out
    assert "12 crops" in said and "XNNPACK partitions of the body  1" in said
    parity = read_metadata(path).export["parity_px"]
    assert parity["median"] < 0.01 and np.isfinite(parity["max"])


def test_a_file_at_another_size(folder, capsys):
    path = folder / "larger.tflite"
    words = ["export", str(folder / "model.keras"), "--out", str(path)]
    assert main([*words, "--size", "96"]) == 0
    assert read_metadata(path).image_size == (96, 96)
    against = ["--against", str(folder / "model.keras")]
    assert main([*words, "--size", "96", *against]) == 0
    assert read_metadata(path).export["parity_px"]["median"] < 0.01
    path.unlink()
    assert main([*words, "--size", "90"]) == 1
    assert "90 x 90 pixels does not fit" in capsys.readouterr().err
    assert not path.exists()


def test_a_file_against_another_model(folder, capsys):
    """As after fine-tuning: the change is told from what it began as."""
    other = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    save_model(other, folder / "other.keras")
    words = ["export", str(folder / "other.keras"), "--out", str(folder / "o.tflite")]
    assert main([*words, "--against", str(folder / "model.keras")]) == 0
    parity = read_metadata(folder / "o.tflite").export["parity_px"]
    assert parity["median"] > 1
    save_model(
        handypose("handypose_lite0", image_size=32, overrides=SMALL),
        folder / "half.keras",
    )
    (folder / "o.tflite").unlink()
    assert main([*words, "--against", str(folder / "half.keras")]) == 1
    said = capsys.readouterr().err
    assert "image_size (64, 64), the model to compare it with (32, 32)" in said
    assert not (folder / "o.tflite").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nothing.keras"], "no such model file"),
        (["made.tflite"], "a .tflite has no weights to go on with; give its .keras"),
        (
            ["handypose_lite0", "--precision", "int8", "--calibration", "coco:no.json"],
            "no.json",
        ),
        (
            [
                *("handypose_lite0", "--precision", "int8", "--keep-float", "("),
                *("--calibration", "coco:no.json"),
            ],
            "'(' is no regular expression",
        ),
    ],
)
def test_bad_input_is_one_line(folder, capsys, monkeypatch, words, line):
    monkeypatch.chdir(folder)
    (folder / "made.tflite").write_bytes(b"network")
    before = {*folder.rglob("*")}
    assert main(["export", *words, "--out", "a.tflite"]) == 1
    said = capsys.readouterr().err.strip()
    assert line in said and said.count("\n") == 0
    assert {*folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--precision", "int8", "--out", "a.tflite"], "int8 needs --calibration"),
        (["--out", "a.bin"], "--out must end with .tflite, is a.bin"),
        (["--keep-float", "a", "--out", "a.tflite"], "is for --precision int8"),
        (["--size", "32000", "--out", "a.tflite"], "is not a whole number from 32 to"),
    ],
)
def test_wrong_usage(capsys, words, line):
    with pytest.raises(SystemExit, match="2"):
        main(["export", "handypose_lite0", *words])
    assert line in capsys.readouterr().err


def test_a_missing_quantiser_is_told_before_anything_is_converted(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "litert_quantizer", None)
    words = ["--precision", "dynamic", "--quantiser", "litert"]
    out = str(tmp_path / "a.tflite")
    monkeypatch.setattr("handypose_tf.export.export.network_bytes", pytest.fail)
    assert main(["export", "handypose_lite0", *words, "--out", out]) == 1
    assert "pip install 'handypose-tf[quantize]'" in capsys.readouterr().err
