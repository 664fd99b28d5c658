"""Losses and metrics in `fit` and `evaluate`: one device, two devices, both Keras."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("mirrored_model.py")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(3, id="keras3"),
        pytest.param(2, id="keras2", marks=pytest.mark.slow),
    ],
)
def results(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Run the script under one generation of Keras."""
    legacy = request.param == 2
    has_keras3 = importlib.metadata.version("keras").startswith("3")
    if legacy and has_keras3 and importlib.util.find_spec("tf_keras") is None:
        pytest.skip("needs tf_keras")
    if not legacy and not has_keras3:
        pytest.skip("needs Keras 3")
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": str(int(legacy))}
    done = subprocess.run(
        [sys.executable, SCRIPT], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["keras"] == request.param
    return found


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
