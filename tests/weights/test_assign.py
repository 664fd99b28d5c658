from __future__ import annotations

import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.errors import ModelError
from handypose_tf.weights.assign import assign, summary


@pytest.fixture
def layers():
    image = keras.Input((4, 4, 3))
    x = keras.layers.Conv2D(2, 1, name="conv")(image)
    x = keras.layers.ReLU(name="relu")(x)
    return keras.Model(image, keras.layers.Conv2D(1, 1, name="last")(x)).layers


def arrays() -> dict[str, list[np.ndarray]]:
    return {
        "conv": [np.ones((1, 1, 3, 2)), np.full(2, 2.0)],
        "last": [np.ones((1, 1, 2, 1)), np.full(1, 3.0)],
    }


def test_every_variable_is_set(layers):
    assign(layers, arrays(), "file")
    for layer in layers:
        for found, expected in zip(
            layer.get_weights(), arrays().get(layer.name, []), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def test_all_problems_are_listed_and_nothing_is_set(layers):
    before = [layer.get_weights() for layer in layers]
    wrong = {"conv": [np.ones((1, 1, 4, 2)), np.ones(2)], "extra": [np.ones(1)]}
    with pytest.raises(ModelError) as caught:
        assign(layers, wrong, "file")
    assert str(caught.value) == (
        "file does not fit the model: conv has shapes [(1, 1, 4, 2), (2,)], "
        "expected [(1, 1, 3, 2), (2,)]; missing last; unexpected extra"
    )
    for layer, weights in zip(layers, before, strict=True):
        for found, expected in zip(layer.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_a_layer_with_fewer_arrays(layers):
    wrong = {**arrays(), "conv": arrays()["conv"][:1]}
    with pytest.raises(ModelError, match="conv has shapes"):
        assign(layers, wrong, "file")


def test_a_long_summary_counts_the_rest():
    assert summary(["b", "a"]) == "a; b"
    assert summary([f"{i}" for i in range(9)], limit=2) == "0; 1; and 7 more"
