"""One model file, the same heatmaps and the same training step in A, B and C."""

from __future__ import annotations

import numpy as np
import pytest
import reference
from tensorflow import keras

from handypose_tf.models import load_model

TOLERANCE = 1e-5

FILES = [reference.FOLDER / f"reference_keras{generation}.keras" for generation in "23"]


@pytest.fixture(scope="module")
def expected():
    with np.load(reference.FOLDER / "reference.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def model(request):
    return load_model(request.param, backbone=reference.backbone())


def test_the_reference_is_small_and_says_something(expected):
    assert all(path.stat().st_size < 300_000 for path in FILES)
    assert expected["before"].shape == (4, 16, 16, 5)
    assert 0.05 < expected["before"].std() < 20


def test_heatmaps(model, expected):
    found = reference.heatmaps(model)
    np.testing.assert_allclose(found, expected["before"], atol=TOLERANCE, rtol=0)


def test_a_model_built_here_is_the_same(expected):
    found = reference.heatmaps(reference.build())
    np.testing.assert_allclose(found, expected["before"], atol=TOLERANCE, rtol=0)


def test_weights_alone(model, expected, tmp_path):
    from handypose_tf.models import load_weights

    path = tmp_path / "a.weights.h5"
    model.save_weights(path)
    again = load_model(FILES[0], backbone=reference.backbone())
    again.set_weights([0 * weight for weight in again.get_weights()])
    load_weights(again, path)
    found = reference.heatmaps(again)
    np.testing.assert_allclose(found, expected["before"], atol=TOLERANCE, rtol=0)


def test_a_training_step(model, expected):
    """Compared with batch statistics, as training sees them.

    The norms' moving variances do not agree: Keras 2 adds up the unbiased variance of
    a batch, Keras 3 the biased one.
    """
    loss = reference.train_one_step(model, keras.optimizers.SGD(0.05))
    assert loss == pytest.approx(float(expected["loss"]), abs=TOLERANCE)
    found = reference.heatmaps(model, training=True)
    before = reference.heatmaps(reference.build(), training=True)
    assert np.abs(found - before).max() > 100 * TOLERANCE
    np.testing.assert_allclose(found, expected["after"], atol=TOLERANCE, rtol=0)


def test_an_optimizer_of_tensorflow_addons(model):
    """Environment C alone: RectifiedAdam takes steps that lower the loss."""
    reason = "tensorflow-addons is installed in environment C alone"
    addons = pytest.importorskip("tensorflow_addons", reason=reason)
    losses = [reference.train_one_step(model, addons.optimizers.RectifiedAdam(1e-3))]
    batch = reference.pictures(), {"heatmaps": reference.targets()}
    losses += [float(model.train_on_batch(*batch)) for _ in range(3)]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
