from __future__ import annotations

import csv
import json

import pytest

from handypose_tf.cli.main import main


def test_table_and_files(dot_model, tmp_path, capsys):
    other = tmp_path / dot_model.name  # of the same name, so both go by their paths
    other.write_bytes(dot_model.read_bytes())
    files = {suffix: tmp_path / f"out.{suffix}" for suffix in ("csv", "json", "png")}
    words = ["benchmark", str(dot_model), "--vs", str(other), "--seconds", "0"]
    words += ["--csv", str(files["csv"]), "--json", str(files["json"])]
    words += ["--plot", str(files["png"]), "--threads", "1", "--operations"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    title = f"{dot_model}: operations by themselves, 1 thread(s)"
    assert lines[lines.index(title) + 1].split()[0] == "operation"
    assert "cores" in lines[0] and lines[1].split()[:3] == [
        "model",
        "threads",
        "median",
    ]
    assert lines[3].split()[:2] == [str(dot_model), "1"]
    assert lines[4].split()[0] == str(other) and lines[4].endswith(" 1")
    rows = list(csv.DictReader(files["csv"].read_text().splitlines()))
    assert [row["runs"] for row in rows] == ["20", "20"]
    assert 0.2 < float(rows[0]["ratio"]) < 5 and rows[1]["ratio"] == ""
    found = json.loads(files["json"].read_text())
    assert found["measurements"][0]["median_ms"] == float(rows[0]["median_ms"])
    assert files["png"].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["handypose_nothing", "none.tflite"])
def test_unknown_models_are_one_line(name, capsys):
    assert main(["benchmark", name]) == 1
    err = capsys.readouterr().err
    assert name in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        *(["--threads", count] for count in ("0", "1,x", "", "100000")),
        *(["--seconds", seconds] for seconds in ("nan", "-1", "inf")),
    ],
)
def test_numbers_that_are_none(words, dot_model):
    with pytest.raises(SystemExit, match="2"):
        main(["benchmark", str(dot_model), *words])


@pytest.mark.slow
def test_a_keras_file_runs_as_tensorflow_s_graph(capsys):
    words = ["benchmark", "handypose_lite0_224.keras", "--seconds", "0"]
    vs = "handypose_mediapipe_full_192_float16"
    assert main([*words, "--vs", vs, "--machine-rate"]) == 0
    out = capsys.readouterr().out
    assert "handypose_lite0_224 " in out and "% of float" in out
    assert "int8 matrix products, 1 thread(s): " in out


@pytest.mark.slow
@pytest.mark.filterwarnings("always:.*not shipped")
def test_a_preset_that_does_not_ship_is_exported(capsys):
    assert main(["benchmark", "handypose_lite2", "--seconds", "0"]) == 0
    captured = capsys.readouterr()
    assert "handypose_lite2_untrained_float32" in captured.out
    assert "handypose_lite2: not shipped; untrained weights" in captured.err
