from __future__ import annotations

import json
from pathlib import Path

import pytest

from handypose_tf.errors import OutputError
from handypose_tf.inference.json_lines import JsonLinesFile


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_lines_gather_beside_and_take_their_place(tmp_path):
    path = tmp_path / "new" / "a.jsonl"
    with JsonLinesFile(path) as lines:
        lines.write({"n": 1, "name": "é"})
        assert not path.exists()
        assert read(path.with_name("a.jsonl.part")) == [{"n": 1, "name": "é"}]
        lines.write({"n": 2})
    assert [entry["n"] for entry in read(path)] == [1, 2]
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_whole_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    with pytest.raises(RuntimeError), JsonLinesFile(path) as lines:
        lines.write({"n": 1})
        raise RuntimeError
    assert read(path) == [{"n": 1}]


def test_resuming_a_finished_file_goes_on(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 1}\n')
    with JsonLinesFile(path, resume=True) as lines:
        assert lines.found == [{"n": 1}]
        lines.write({"n": 2})
    assert [entry["n"] for entry in read(path)] == [1, 2]


@pytest.mark.parametrize("torn", ['{"n": 3', '{"n": 3}', "[1]\n", "\0\0\n"])
def test_resuming_after_a_kill_cuts_the_torn_line(tmp_path, torn):
    path = tmp_path / "a.jsonl"
    (tmp_path / "a.jsonl.part").write_text('{"n": 1}\n{"n": 2}\n' + torn)
    with JsonLinesFile(path, resume=True) as lines:
        assert [entry["n"] for entry in lines.found] == [1, 2]
        lines.write({"n": 3})
    assert [entry["n"] for entry in read(path)] == [1, 2, 3]


def test_without_resume_it_starts_anew(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 1}\n')
    with JsonLinesFile(path) as lines:
        assert lines.found == []
        lines.write({"n": 2})
    assert read(path) == [{"n": 2}]


def test_a_device_is_written_as_it_is():
    with JsonLinesFile("/dev/null") as lines:
        lines.write({"n": 1})
    assert not Path("/dev/null.part").exists()


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        JsonLinesFile(tmp_path / "file" / "a.jsonl")


def test_a_number_that_json_does_not_know(tmp_path):
    with (
        pytest.raises(ValueError, match="JSON"),
        JsonLinesFile(tmp_path / "a") as lines,
    ):
        lines.write({"n": float("nan")})
