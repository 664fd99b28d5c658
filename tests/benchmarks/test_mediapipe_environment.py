from __future__ import annotations

import os
import sys

import pytest
from mediapipe_environment import runs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="scripts of a shell")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 3.12", True),
        ("echo 3.9", False),
        ("echo 3.12; exit 127", False),
        ("echo 'python3.12: command not found' >&2; exit 127", False),
    ],
)
def test_a_stand_in_that_does_not_run_is_passed(tmp_path, script, expected):
    path = tmp_path / "python3.12"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    assert runs(str(path)) is expected


def test_what_is_not_there_is_passed(tmp_path):
    assert not runs(str(tmp_path / "python3.12"))
    is_one = sys.version_info[:2] in ((3, 11), (3, 12))
    assert runs(sys.executable) is is_one
