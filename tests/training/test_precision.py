"""Mixed precision: runs that learn, and models that are float32 for everybody else."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
from tensorflow import keras

from handypose_tf.models import load_model
from handypose_tf.training import build_config, train


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


def run(hands, out, epochs, precision, **words):
    options = {"schedule": {"kind": "constant"}, "epochs": epochs}
    config = tiny.settings(hands, out, precision=precision, **options)
    return train(build_config(config), **words)


def check_saved(path, state):
    """Saved models are float32 throughout and hold the averaged weights."""
    model = load_model(path)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    with np.load(state) as file:
        difference = np.abs(model.variables[0].numpy() - file["00000"]).max()
    assert 0 < difference < 0.1


def test_a_mixed_run_learns_resumes_and_leaves_others_alone(hands, tmp_path):
    run(hands, tmp_path, 1, "mixed_float16")
    result = run(hands, tmp_path, 2, "mixed_float16", resume=True)
    first, second = (row["loss"] for row in result.history)
    assert 0 < second < 0.95 * first
    check_saved(result.last, tmp_path / "state.npz")
    assert keras.mixed_precision.global_policy().name == "float32"


@pytest.mark.slow
def test_mixed_runs_have_the_losses_of_a_float32_run(hands, tmp_path):
    """bfloat16 takes half a minute on a CPU that must emulate it."""
    losses = {}
    for precision in ("float32", "mixed_float16", "mixed_bfloat16"):
        result = run(hands, tmp_path / precision, 2, precision)
        losses[precision] = [row["loss"] for row in result.history]
    for precision, found in losses.items():
        assert found == pytest.approx(losses["float32"], rel=0.02), precision
