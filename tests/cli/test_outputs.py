"""Files that a command is to write: looked at before its work."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from handypose_tf.cli.outputs import check_outputs
from handypose_tf.errors import OutputError


def check(**named):
    """Check options; gives what was refused."""
    refused: list[str] = []
    check_outputs(argparse.Namespace(**named), refused.append)
    return refused


def test_nothing_is_left_of_the_look(tmp_path):
    files = {"json": tmp_path / "new" / "a.json", "plot": tmp_path / "a.svg"}
    assert check(**files, csv=None, worst=tmp_path / "a.JPG") == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("plot", "a.jpg", "a.jpg: --plot ends in one of .png, .pdf, .svg"),
        ("worst", "a.pdf", "a.pdf: --worst ends in one of .jpg"),
        ("contact_sheet", "a", "a: --contact-sheet ends in one of"),
        ("json", ".", r"cannot write: Is a directory"),
        ("save_predictions", "file/a.json", "a file is where a folder is to be"),
        ("out", "file/a.keras", "a file is where a folder is to be"),
        ("task", "file/a.task", "a file is where a folder is to be"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(tmp_path, name, path, message):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=message):
        check(**{name: tmp_path / path})


def test_two_results_in_one_place_are_refused(tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    link = tmp_path / "link.json"
    [refused] = check(json=tmp_path / "a.json", save_predictions=link)
    assert refused == f"--save-predictions {link} would replace --json"
    assert check(json="-", csv="/dev/stdout") == [
        "--csv /dev/stdout would replace --json"
    ]
    picture = str(tmp_path / "a.jpg")
    assert check(inputs=[picture], jsonl=picture) == [
        f"--jsonl {picture} would replace {picture}"
    ]


@pytest.mark.parametrize(
    "read",
    [
        {"data": "coco:a.json"},
        {"val": ["coco:a.json:train"]},
        {"source": "coco:a.json"},
        {"config": Path("a.json")},
        {"predictions": [Path("a.json")]},
    ],
)
def test_what_is_read_is_not_written(tmp_path, monkeypatch, read):
    monkeypatch.chdir(tmp_path)
    Path("a.json").touch()
    assert check(**read, json=tmp_path / "a.json") == [
        f"--json {tmp_path / 'a.json'} would replace a.json"
    ]


def test_a_flag_of_the_same_name_is_no_file():
    assert check(contact_sheet=True, json=None) == []


def test_a_pipe_is_written_as_it_is(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr("tempfile.TemporaryFile", forbidden)
    assert check(json=tmp_path / "pipe") == []
    assert check(json=Path("/dev/null")) == []


def forbidden(**_):
    raise PermissionError(13, "Permission denied")
