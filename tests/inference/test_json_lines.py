from __future__ import annotations

import json
import os
import tracemalloc
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


@pytest.mark.parametrize("resume", [False, True])
def test_an_error_leaves_the_old_file_and_the_new_lines(tmp_path, resume):
    path = tmp_path / "a.jsonl"
    path.write_text('{"image": "0.jpg"}\n')
    with pytest.raises(RuntimeError), JsonLinesFile(path, resume=resume) as lines:
        lines.write({"image": "1.jpg"})
        raise RuntimeError
    assert read(path) == [{"image": "0.jpg"}]
    written = ["0.jpg", "1.jpg"] if resume else ["1.jpg"]
    part = read(tmp_path / "a.jsonl.part")
    assert [entry["image"] for entry in part] == written
    with JsonLinesFile(path, resume=True) as lines:
        assert lines.found == set(written)


def test_without_a_line_the_old_file_stays(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("the results of last night")
    with JsonLinesFile(path):
        pass
    with pytest.raises(RuntimeError), JsonLinesFile(path):
        raise RuntimeError
    assert path.read_text() == "the results of last night"
    assert list(tmp_path.iterdir()) == [path]


def test_two_runs_never_write_one_file(tmp_path):
    path = tmp_path / "a.jsonl"
    with JsonLinesFile(path) as lines:
        lines.write({"n": 1})
        with pytest.raises(OutputError, match=r"a\.jsonl: another run is writing it"):
            JsonLinesFile(path)
        lines.write({"n": 2})
    assert read(path) == [{"n": 1}, {"n": 2}]
    with JsonLinesFile(path) as lines:
        lines.write({"n": 3})
    assert read(path) == [{"n": 3}]


def test_a_full_disk_is_one_error(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with (
        pytest.raises(OutputError, match="/dev/full: cannot write: No space left"),
        JsonLinesFile("/dev/full") as lines,
    ):
        lines.write({"n": 1})


def test_a_name_that_is_no_utf8_comes_back(tmp_path):
    name = os.fsdecode(b"h\xe4nd \xc3\xa4.jpg")
    with JsonLinesFile(tmp_path / "a.jsonl") as lines:
        lines.write({"image": name})
    [entry] = read(tmp_path / "a.jsonl")
    assert os.fsencode(entry["image"]) == b"h\xe4nd \xc3\xa4.jpg"


def test_resuming_a_finished_file_goes_on(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"image": "1.jpg"}\n')
    with JsonLinesFile(path, resume=True) as lines:
        assert lines.found == {"1.jpg"}
        lines.write({"image": "2.jpg"})
    assert [entry["image"] for entry in read(path)] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize("torn", ['{"n": 3', '{"n": 3}', "[1]\n", "\0\0\n"])
def test_resuming_after_a_kill_cuts_the_torn_line(tmp_path, torn):
    path = tmp_path / "a.jsonl"
    whole = '{"n": 1, "image": "1"}\n{"n": 2, "image": "2"}\n'
    (tmp_path / "a.jsonl.part").write_text(whole + torn)
    with JsonLinesFile(path, resume=True) as lines:
        assert lines.found == {"1", "2"}
        lines.write({"n": 3})
    assert [entry["n"] for entry in read(path)] == [1, 2, 3]


def test_without_resume_it_starts_anew(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 1}\n')
    with JsonLinesFile(path) as lines:
        assert lines.found == set()
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


def test_what_is_kept_of_a_resumed_file_does_not_grow_with_its_lines(tmp_path):
    line = {"image": "hand.jpg", "hands": [[0.5] * 63] * 40}
    text = f"{json.dumps(line)}\n"
    (tmp_path / "a.jsonl").write_text(text * 100)
    tracemalloc.start()
    with JsonLinesFile(tmp_path / "a.jsonl", resume=True) as lines:
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert lines.found == {"hand.jpg"}
    assert kept < 5 * len(text)
