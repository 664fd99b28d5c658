import json

import numpy as np
import pytest

from handypose_tf.cli.main import main
from handypose_tf.data.readers import CocoReader, TfrecordReader
from handypose_tf.images import read_image


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "7"],
        ["--count", "-3"],
        ["--count", "0"],
        ["--format", "zip"],
        ["--hard", "1.5"],
    ],
)
def test_wrong_usage_exits_with_2(tmp_path, arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["synth", "--count", "1", "--out", str(tmp_path / "x"), *arguments])
    assert stop.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["synth", "--help"])
    assert "handypose synth --count 2000" in capsys.readouterr().out


def test_a_missing_background_folder_is_one_clear_line(tmp_path, capsys):
    arguments = ["--backgrounds", str(tmp_path / "none")]
    assert (
        main(["synth", "--count", "1", "--out", str(tmp_path / "x"), *arguments]) == 1
    )
    error = capsys.readouterr().err
    assert "none: no such folder; check --backgrounds" in error
    assert error.count("\n") == 1


@pytest.mark.slow
def test_three_hands_their_sheet_and_their_shards(
    tmp_path, real_anatomy, render_process, capsys
):
    out = tmp_path / "hands"
    command = ["synth", "--count", "3", "--out", str(out), "--size", "64"]
    assert main([*command, "--format", "tfrecord", "--contact-sheet"]) == 0
    assert "3 pictures" in capsys.readouterr().out
    assert json.loads((out / "coco" / "synth.json").read_text())["size"] == 64
    sheet = read_image(out / "contact_sheet.png")
    assert sheet.shape[1] > sheet.shape[0]
    drawn = CocoReader(out / "coco" / "annotations.json").records()
    stored = TfrecordReader(out).records()
    assert len(stored) == len(drawn) >= 3
    np.testing.assert_allclose(stored[0].keypoints, drawn[0].keypoints)
