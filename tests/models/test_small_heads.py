"""Models with heads for side and presence: shapes, files, what they know of it."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import SMALL, my_backbone, scatter_weights

from handypose_tf.models import (
    HandyPose,
    handypose,
    load_model,
    load_weights,
    save_model,
)


def build(own: bool = False, **heads: bool) -> HandyPose:
    parts = {"backbone": my_backbone()} if own else {"overrides": SMALL}
    return handypose("handypose_lite0", image_size=64, **parts, **heads)


def outputs(model: HandyPose) -> dict[str, np.ndarray]:
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("f")
    return {name: np.asarray(value) for name, value in model(pictures).items()}


def test_one_number_a_picture():
    plain, model = build(), build(presence=True)
    shapes = {name: value.shape for name, value in outputs(model).items()}
    assert shapes == {"heatmaps": (2, 16, 16, 21), "presence": (2, 1)}
    assert model.has_presence and not plain.has_presence
    assert model.metadata().presence and not plain.metadata().presence
    # The 8 channels of the tests' own backbone to 64 to 1, with biases.
    more = model.count_params() - plain.count_params()
    assert more == 8 * 64 + 64 + 64 + 1


@pytest.mark.parametrize(
    ("handedness", "presence"), [(False, True), (True, False), (True, True)]
)
def test_the_head_travels(tmp_path, handedness, presence):
    model = build(presence=presence, handedness=handedness)
    scatter_weights(model)
    loaded = load_model(save_model(model, tmp_path / "presence.keras"))
    expected, found = outputs(model), outputs(loaded)
    assert found.keys() == expected.keys()
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])
    larger = model.at_size(96)
    assert (larger.has_presence, larger.has_handedness) == (presence, handedness)


@pytest.mark.parametrize(
    ("head", "layer", "own"),
    [
        ("presence", "presence_dense", False),
        ("handedness", "handedness_conv", False),
        ("handedness", "handedness_conv", True),
    ],
)
@pytest.mark.parametrize("name", ["plain.keras", "plain.weights.h5"])
def test_it_begins_on_weights_without_the_head(tmp_path, name, head, layer, own):
    plain, model = build(own), build(own, **{head: True})
    scatter_weights(plain)
    path = tmp_path / name
    if name.endswith(".keras"):
        save_model(plain, path)
    else:
        plain.save_weights(path)
    before = model.get_layer(layer).get_weights()[0]
    with pytest.warns(UserWarning, match=f"has no {head} head; .* untrained"):
        load_weights(model, path)
    np.testing.assert_array_equal(
        outputs(model)["heatmaps"], outputs(plain)["heatmaps"]
    )
    np.testing.assert_array_equal(model.get_layer(layer).get_weights()[0], before)


def test_one_head_is_not_taken_for_the_other(tmp_path):
    """Both have two layers with weights, and of the same sizes."""
    sided, model = build(handedness=True), build(presence=True)
    scatter_weights(sided)
    head = model.get_layer("presence_dense").get_weights()[0]
    with pytest.warns(UserWarning, match="has no presence head"):
        load_weights(model, save_model(sided, tmp_path / "sides.keras"))
    np.testing.assert_array_equal(
        outputs(model)["heatmaps"], outputs(sided)["heatmaps"]
    )
    np.testing.assert_array_equal(
        model.get_layer("presence_dense").get_weights()[0], head
    )


@pytest.mark.parametrize(
    ("heads", "kept"),
    [(("presence", "handedness"), ("handedness",)), (("handedness",), ())],
)
def test_it_is_left_out_of_a_model_without_one(tmp_path, heads, kept):
    model, plain = (build(**dict.fromkeys(names, True)) for names in (heads, kept))
    scatter_weights(model)
    load_weights(plain, save_model(model, tmp_path / "both.keras"))
    expected = outputs(model)
    for name, value in outputs(plain).items():
        np.testing.assert_array_equal(value, expected[name])
