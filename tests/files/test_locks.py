from __future__ import annotations

import subprocess
import sys

import pytest

from handypose_tf.errors import OutputError
from handypose_tf.files.locks import held_folder

pytest.importorskip("fcntl")

HOLD = """
import sys
from handypose_tf.files.locks import held_folder
with held_folder(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_folder_is_held_against_another_process_until_that_ends(tmp_path):
    folder = tmp_path / "new" / "run"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(OutputError, match="run: another run is writing there; wait"),
            held_folder(folder),
        ):
            pass
        other.kill()
    with held_folder(folder):
        (folder / "result").write_text("")
    assert [path.name for path in folder.iterdir()] == ["result"]


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="file/run: cannot write"),
        held_folder(tmp_path / "file" / "run"),
    ):
        pass
