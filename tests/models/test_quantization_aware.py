"""Quantisation-aware networks: under Keras 2 with the keras2 extra, else refused."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from tensorflow import keras
from tiny import MODEL, add_backbone

from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.models import handypose, load_model, save_model
from handypose_tf.models.quantization_aware import (
    quantization_aware,
    restore,
    set_ranges,
    take_weights,
)

SIDE = 64
IS_KERAS2 = not hasattr(keras, "ops")
keras2 = pytest.mark.skipif(not IS_KERAS2, reason="needs Keras 2: make test-keras2")


@pytest.fixture(scope="module", autouse=True)
def tiny_backbone():
    """Its name is known."""
    add_backbone()


def small():
    return handypose(**MODEL)


def pictures() -> np.ndarray:
    shape = (2, SIDE, SIDE, 3)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


@pytest.mark.skipif(IS_KERAS2, reason="Keras 2 is what it needs")
def test_keras_3_is_refused():
    with pytest.raises(ModelError, match="need Keras 2: set TF_USE_LEGACY_KERAS=1"):
        quantization_aware(small())


@pytest.mark.skipif(find_spec("tf_keras") is not None, reason="tf_keras is there")
@keras2
def test_keras_2_without_tf_keras_is_told_what_to_install():
    with pytest.raises(MissingExtraError, match="keras2"):
        quantization_aware(small())


@pytest.fixture(scope="module")
def trained():
    """A model and its network after one step, and what the network then gives."""
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    model = small()
    network = quantization_aware(model)
    set_ranges(network, model, pictures())
    before = network.predict_on_batch(pictures())["heatmaps"]
    network.compile(keras.optimizers.SGD(0.01), loss={"heatmaps": "mse"})
    network.train_on_batch(pictures(), {"heatmaps": np.ones_like(before)})
    take_weights(model, network)
    return model, network, before


@keras2
def test_it_begins_near_the_float_model(trained):
    _, _, before = trained
    assert np.isfinite(before).all()
    assert before.shape == (2, 16, 16, 21)


@keras2
def test_what_was_learnt_travels_in_the_model(trained, tmp_path):
    model, network, before = trained
    path = save_model(model, tmp_path / "qat.keras")
    found = restore(load_model(path)).predict_on_batch(pictures())["heatmaps"]
    expected = network.predict_on_batch(pictures())["heatmaps"]
    assert np.abs(expected - before).max() > 1e-4
    step = np.ptp(expected) / 255
    assert np.abs(found - expected).mean() < 2 * step
    lowest, highest = model.description.activation_ranges["image"]
    assert lowest == pytest.approx(0, abs=0.1) and highest == pytest.approx(
        255, abs=0.3
    )


@keras2
def test_the_handedness_head_is_trained_too():
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    model = handypose(**MODEL, handedness=True)
    last = model.get_layer("handedness")
    last.set_weights([last.get_weights()[0], np.ones(1)])  # all logits above 0
    network = quantization_aware(model)
    set_ranges(network, model, pictures())
    found, expected = network(pictures()), model(pictures())
    assert found.keys() == {"heatmaps", "handedness"}
    np.testing.assert_allclose(found["handedness"], expected["handedness"], atol=0.1)
    before = model.get_layer("handedness_conv").get_weights()[0]
    network.get_layer("quant_handedness_conv").weights[0].assign(before + 1)
    take_weights(model, network)
    np.testing.assert_allclose(
        model.get_layer("handedness_conv").get_weights()[0], before + 1
    )


@keras2
@pytest.mark.parametrize(
    ("preset", "parts", "maps"),
    [
        ("handypose_mediapipe_lite", MODEL["overrides"], {"heatmaps"}),
        ("mediapipe_hands_lite", {"backbone": {"name": "tiny"}}, set()),
    ],
)
def test_points_have_ranges_of_their_own_and_heatmaps_count_near_them(
    preset, parts, maps
):
    """Its dense heads' kernels have a single range each, which is not the output's."""
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    heads = {"handedness": False, "presence": True}
    model = handypose(preset, image_size=SIDE, overrides=parts, **heads)
    for axis in "xy":
        head = model.get_layer(f"points_{axis}")
        head.set_weights([head.get_weights()[0], np.linspace(0.2, 0.8, 21)])
    head = model.get_layer("presence")
    head.set_weights([head.get_weights()[0], np.full(1, 9.0)])
    network = quantization_aware(model)
    set_ranges(network, model, pictures())
    take_weights(model, network)
    found = restore(model).predict_on_batch(pictures())
    expected = model.predict_on_batch(pictures())
    assert found.keys() == expected.keys() == maps | {"points", "presence"}
    for name in found:
        step = max(np.ptp(expected[name]), expected[name].max()) / 255
        assert np.abs(found[name] - expected[name]).mean() < 4 * step, name
    low, high = model.description.activation_ranges["points_x"]
    assert low <= 0 and high == pytest.approx(expected["points"][..., 0].max(), 0.02)


@keras2
@pytest.mark.parametrize(
    "preset", ["handypose_resnet101_released", "handypose_wasp_v1_released"]
)
def test_released_heads_are_refused(preset):
    with pytest.raises(ModelError, match="several times and cannot be trained quant"):
        tiny = {"backbone": {"name": "tiny"}}
        quantization_aware(handypose(preset, image_size=SIDE, overrides=tiny))


@keras2
def test_a_model_that_was_not_trained_so():
    with pytest.raises(ModelError, match="was not trained quantisation-aware"):
        restore(small())
