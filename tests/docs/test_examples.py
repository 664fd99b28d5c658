"""The scripts of `examples/` run, for a moment each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fenced_blocks import ROOT

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"


def run(*words: str, folder: Path) -> str:
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_waterfall_learns_in_somebody_s_model(tmp_path: Path) -> None:
    path = str(EXAMPLES / "waterfall_in_your_model.py")
    before, *_, after = run(sys.executable, path, folder=tmp_path).splitlines()
    assert float(after.split()[-1]) > float(before.split()[-1]) + 0.2
