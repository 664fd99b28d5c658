"""Each training script ends well on drawn hands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SCRIPTS = {
    "train_cmu_panoptic": [sys.executable, "train_cmu_panoptic.py"],
    "train_mpii_nzsl": [sys.executable, "train_mpii_nzsl.py", "--recipe", "paper"],
    "train_own_photos": [sys.executable, "train_own_photos.py"],
    "multi_worker": ["sh", "multi_worker.sh"],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_smokes(name):
    smoke(SCRIPTS[name])


def test_retraining_mediapipe_smokes(mediapipe_folder):
    said = smoke([sys.executable, "retrain_mediapipe.py"])
    before, after = said[0].split()[1], said[-1].split()[1].rstrip(":")
    assert float(after) >= float(before)


def smoke(words):
    """Run a script with `--smoke`; returns what it said, line by line."""
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        [*words, "--smoke"],
        cwd=ROOT / "examples",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert "best" in lines[-1]
    return lines
