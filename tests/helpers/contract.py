"""What every layer of this library keeps, checked on one layer at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow import keras

Shape = tuple[int, ...]


def make_inputs(shapes: list[Shape], seed: int = 0) -> list[Any]:
    """Return random tensors, half of their values below zero."""
    rng = np.random.default_rng(seed)
    return [tf.constant(rng.normal(0, 1, s).astype(np.float32)) for s in shapes]


def one_or_all(values: list[Any]) -> Any:
    """Return what a layer is called with: a tensor alone or a list."""
    return values[0] if len(values) == 1 else values


def as_one_layer(layer: keras.layers.Layer, shapes: list[Shape]) -> keras.Model:
    """Return a functional model with the layer as one node."""
    inputs = [keras.Input(shape[1:]) for shape in shapes]
    return keras.Model(inputs, layer(one_or_all(inputs)))


def inlined(layer: keras.layers.Layer, shapes: list[Shape]) -> keras.Model:
    """Return a functional model of the layer's sub-layers."""
    inputs = [keras.Input(shape[1:]) for shape in shapes]
    return keras.Model(inputs, layer.call(one_or_all(inputs)))


def run(model: keras.Model, values: list[Any]) -> np.ndarray:
    return np.asarray(model(one_or_all(values), training=False))


def check_round_trip(model: keras.Model, values: list[Any], folder: Path) -> None:
    """A model comes back from a `.keras` file with the same outputs."""
    path = str(folder / f"{model.name}.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(run(loaded, values), run(model, values))


def check_configuration(layer: keras.layers.Layer) -> None:
    """A layer built from its configuration has the same one, registered by name."""
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    registered = keras.utils.get_registered_name(type(layer))
    assert registered == f"handypose_tf>{type(layer).__name__}"


def check_shape(layer: keras.layers.Layer, shapes: list[Shape]) -> None:
    """The declared output shape is the real one, with a free batch too."""
    expected = tuple(layer(one_or_all(make_inputs(shapes))).shape)
    assert tuple(layer.compute_output_shape(one_or_all(shapes))) == expected
    free = [(None, *shape[1:]) for shape in shapes]
    assert tuple(layer.compute_output_shape(one_or_all(free))) == (None, *expected[1:])


def check_layer(layer: keras.layers.Layer, shapes: list[Shape], folder: Path) -> None:
    """A layer that is one node keeps configuration, shape and its place in files."""
    check_configuration(layer)
    check_shape(layer, shapes)
    check_round_trip(as_one_layer(layer, shapes), make_inputs(shapes), folder)


def check_gradients(layer: keras.layers.Layer, shapes: list[Shape]) -> None:
    """Every trainable weight gets a finite gradient that is not zero."""
    values = one_or_all(make_inputs(shapes))
    layer(values)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(layer(values, training=True)))
    variables = layer.trainable_variables
    gradients = tape.gradient(loss, variables)
    for variable, gradient in zip(variables, gradients, strict=True):
        assert gradient is not None, variable.name
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, variable.name


def count(layer: keras.layers.Layer, *, trainable: bool = True) -> int:
    """Return the number of a layer's weights."""
    weights = layer.trainable_weights if trainable else layer.weights
    return sum(int(np.prod(weight.shape)) for weight in weights)
