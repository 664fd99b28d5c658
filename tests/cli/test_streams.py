"""What the streams of `handypose` may be: closed, full, of no UTF-8, a pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from dot_model import dot_image

from handypose_tf.images import write_image

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX shells and names")

#: A system without UTF-8: names of files reach Python as escapes.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def run(dot_model, tmp_path):
    """Return a function that runs `handypose predict` in a shell of its own."""
    predict = f"{sys.executable} -m handypose_tf.cli predict --detector none"

    def run(words: str, **options) -> subprocess.CompletedProcess:
        command = f"{predict} --model {dot_model} {words}"
        return subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, capture_output=True, **options
        )

    return run


@pytest.fixture
def pictures(tmp_path, centers):
    """Three pictures, one of them with a name in Latin-1."""
    picture = write_image(tmp_path / "p" / "a.png", dot_image(300, 400, centers, 9))
    for name in (b"h\xe4nd.png", "ä.png".encode()):
        with open(os.fsencode(tmp_path / "p") + b"/" + name, "wb") as file:
            file.write(picture.read_bytes())
    return picture


def test_standard_input_and_output(run, pictures):
    for option in ("--json", "--jsonl", "--csv", "--coco"):
        result = run(f"- {option} -", input=pictures.read_bytes())
        assert result.returncode == 0
        assert result.stderr.startswith(b"/dev/stdin: 1 hand, score")
        if option in ("--json", "--coco"):
            json.loads(result.stdout)
        if option == "--jsonl":
            assert len(json.loads(result.stdout)["hands"]) == 1
        if option == "--csv":
            head, row = result.stdout.decode().splitlines()
            assert head.startswith("image,width,height,hand,")
            assert row.startswith("/dev/stdin,400,300,0,")


def test_a_file_that_is_appended_to_keeps_what_it_has(run, pictures, tmp_path):
    (tmp_path / "all.jsonl").write_text('{"n": 0}\n')
    assert run("p/a.png --jsonl - >> all.jsonl").returncode == 0
    first, second = (tmp_path / "all.jsonl").read_text().splitlines()
    assert json.loads(first) == {"n": 0}
    assert json.loads(second)["image"] == "p/a.png"


def test_names_that_are_no_utf8_are_done_once(run, pictures, tmp_path):
    assert run("p --jsonl a.jsonl").returncode == 0
    lines = map(json.loads, (tmp_path / "a.jsonl").read_text("utf-8").splitlines())
    names = [os.fsencode(line["image"]) for line in lines]
    assert sorted(names) == [b"p/a.png", b"p/h\xe4nd.png", "p/ä.png".encode()]
    for environment in ({}, ASCII):
        again = run("p --jsonl a.jsonl --resume", env={**os.environ, **environment})
        assert again.stdout == b"3 of 3 pictures are done already\n"


def test_a_terminal_of_ascii_is_shown_escapes(run, pictures):
    result = run("p --out drawn", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert rb"p/\xe4.png: 1 hand" in result.stdout


def test_closed_streams_are_no_fault_and_stay_out_of_results(run, pictures, tmp_path):
    assert run("p/a.png --jsonl a.jsonl 2>&- >&-").returncode == 0
    assert run("p/none.png --jsonl b.jsonl 2>&-").returncode == 1
    assert len(json.loads((tmp_path / "a.jsonl").read_text())["hands"]) == 1


@pytest.mark.parametrize("words", ["--jsonl a.jsonl > /dev/full", "--json /dev/full"])
def test_a_full_disk_is_one_line(run, pictures, words):
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    result = run(f"p/a.png {words}")
    assert result.returncode == 1
    [line] = [x for x in result.stderr.splitlines() if b": 1 hand" not in x]
    assert b"cannot write: No space left on device; make room" in line


def test_opencv_adds_no_lines_of_its_own(run, tmp_path):
    if not cv2.haveImageWriter("a.avif"):
        pytest.skip("this OpenCV does not write AVIF")
    data = cv2.imencode(".avif", np.zeros((64, 64, 3), np.uint8))[1].tobytes()
    (tmp_path / "cut.avif").write_bytes(data[: len(data) // 2])
    done = run("cut.avif --json /dev/null")
    assert done.returncode == 1
    assert done.stderr.startswith(b"handypose: error: cut.avif: ")
    assert done.stderr.count(b"\n") == 1
