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
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        [*SCRIPTS[name], "--smoke"],
        cwd=ROOT / "examples",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "best" in done.stdout.splitlines()[-1]
