"""Losses and metrics in `fit` and `evaluate`: on one device and on two."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("mirrored_model.py")


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Run the script under this environment's generation of Keras."""
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_measure_what_one_does(results: dict[str, Any]) -> None:
    assert results["replicas"] == 2
    assert results["two"]["keras"] == pytest.approx(results["one"]["keras"], rel=1e-5)


@pytest.mark.parametrize("devices", ["one", "two"])
def test_keras_metrics_equal_numpy(results: dict[str, Any], devices: str) -> None:
    found = results[devices]
    assert 0 < found["numpy"]["pck"] < 1
    assert found["keras"] == pytest.approx(found["numpy"], rel=1e-5)


def test_two_devices_train_as_one_does(results: dict[str, Any]) -> None:
    losses = results["one"]["loss"]
    assert losses[-1] < 0.9 * losses[0]
    assert results["two"]["loss"] == pytest.approx(losses, rel=1e-4)
