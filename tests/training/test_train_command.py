"""`handypose train`: its own messages and exit codes."""

from __future__ import annotations

import json

import cv2
import pytest
import tiny
import yaml

from handypose_tf.cli.main import main

pytestmark = pytest.mark.any_keras


@pytest.fixture
def config(hands, tmp_path):
    tiny.add_backbone()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(tiny.settings(hands, tmp_path / "run")))
    return path


def test_it_trains_reports_and_resumes(config, tmp_path, capsys):
    report = tmp_path / "report.json"
    words = ["train", str(config), "--json", str(report)]
    assert main([*words, "--set", "epochs=1", "--set", "schedule.warmup_steps=0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # The configuration validates on what it trains on.
    assert lines[0].startswith("warning: 24 of 24 pictures of the validation are train")
    assert lines[1].startswith("1 epochs of 6 steps")
    [epoch] = [line for line in lines if line.startswith("epoch 1  ")]
    assert epoch.split()[2:10:2] == ["loss", "val_loss", "val_pck", "val_epe"]
    assert lines[-1].startswith(f"best model {tmp_path / 'run' / 'best.keras'}")
    assert len(json.loads(report.read_text())) == 1
    assert main(words) == 1
    assert "already holds a run; resume it" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 1
    assert "begun with other schedule.warmup_steps;" in capsys.readouterr().err


def test_the_contact_sheet_is_drawn_without_training(config, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    assert main(["train", str(config), "--contact-sheet", str(sheet)]) == 0
    assert cv2.imread(str(sheet)).shape[1] == 8 * 192
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "epoch=3"], "unknown key epoch; did you mean epochs?"),
        (["--set", "data.train.0.source=coco:/nowhere"], "/nowhere: no such file"),
        (["--set", "strategy=two"], "`strategy` must be one of"),
        (["--set", "data.backgrounds=/nowhere"], "/nowhere: no such folder; check"),
        (["--set", "data.train.0.source=/"], "no data format; write FORMAT:/; known"),
        (["--out", __file__], "cannot write: a file is where a folder is to be"),
        (["--out", f"{__file__}/run"], "cannot write: a file is where a folder is"),
    ],
)
def test_mistakes_are_one_line(config, capsys, words, message):
    assert main(["train", str(config), *words]) == 1
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["--resume"]])
def test_models_of_a_run_whose_state_is_gone_are_kept(config, tmp_path, capsys, words):
    best = tmp_path / "run" / "best.keras"
    best.parent.mkdir()
    best.write_text("weeks of work")
    assert main(["train", str(config), *words]) == 1
    error = capsys.readouterr().err
    assert "best.keras: would be replaced, of a run that cannot be resumed" in error
    assert best.read_text() == "weeks of work"


@pytest.mark.parametrize(
    "words",
    [
        ["--workers", "a:1,b:2"],
        ["--workers", "a:1,b:2", "--worker", "2"],
        ["--workers", "a", "--worker", "0"],
    ],
)
def test_workers_that_make_no_sense_are_wrong_usage(config, words):
    with pytest.raises(SystemExit) as caught:
        main(["train", str(config), *words])
    assert caught.value.code == 2


def test_several_workers_need_keras2(config, capsys, monkeypatch):
    import handypose_tf.cli.keras2 as command

    monkeypatch.setattr(command, "find_spec", lambda name: None)
    monkeypatch.setattr(command, "version", lambda name: "3.9.9")
    assert main(["train", str(config), "--set", "strategy=multi_worker"]) == 1
    assert "pip install 'handypose-tf[keras2]'" in capsys.readouterr().err
