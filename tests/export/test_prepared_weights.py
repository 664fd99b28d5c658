"""Weights made ready for 8 bits: channels of one range, filters rounded as a whole."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from tensorflow import keras

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.export.equalization import equalize
from handypose_tf.export.float_network import FloatNetwork
from handypose_tf.export.graphs import convert, frozen, new_converter
from handypose_tf.export.prepared_weights import prepare_weights
from handypose_tf.export.rounding import _filters, _patches, round_filters
from handypose_tf.export.tensorflow_quantizer import quantize
from handypose_tf.litert.interpreter import open_interpreter

SIDE, SEED = 24, 3


def pictures(count: int = 40) -> np.ndarray:
    """Smooth pictures of different brightness, so that neighbours are alike."""
    rng = np.random.default_rng(5)
    coarse = rng.uniform(0, 255, (count, 6, 6, 3)).astype(np.float32)
    smooth = tf.image.resize(coarse, (SIDE, SIDE), "bicubic").numpy()
    return np.clip(smooth * rng.uniform(0.3, 1, (count, 1, 1, 1)), 0, 255).astype("u1")


def small_network(activation: str = "relu6") -> bytes:
    """Convolutions of every kind, with channels of very different ranges."""
    keras.utils.set_random_seed(SEED)
    layers, rng = keras.layers, np.random.default_rng(2)
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(8, 3, 2, "same", activation=activation)(x)
    x = layers.DepthwiseConv2D(
        3, padding="same", dilation_rate=2, depth_multiplier=2, activation=activation
    )(x)
    x = layers.Conv2D(12, 1, activation=activation)(x)
    x = layers.DepthwiseConv2D(3, 2, activation=activation)(x)
    model = keras.Model(image, layers.Conv2D(4, 3, padding="same")(x))
    for layer in model.layers:
        if len(layer.get_weights()) == 2:
            kernel, bias = layer.get_weights()
            small = 10 ** rng.uniform(-1.5, 0.3, bias.shape).astype(np.float32)
            if isinstance(layer, keras.layers.DepthwiseConv2D):
                small = small.reshape(kernel.shape[2:])
            bias = rng.normal(0.2, 0.1, bias.shape).astype(np.float32)
            layer.set_weights([kernel * small, bias * small.ravel()])
    spec = tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32)
    function = frozen(lambda x: model(x, training=False), spec)
    return convert(new_converter(function), "a test's network")


class InOrder:
    """Draws every place, the first one first."""

    def permutation(self, count: int) -> np.ndarray:
        assert count <= 256
        return np.arange(count)


def outputs(content: bytes, images: np.ndarray) -> np.ndarray:
    interpreter = open_interpreter(content, 1)
    [source], [result] = (
        interpreter.get_input_details(),
        interpreter.get_output_details(),
    )
    found = []
    for image in images:
        interpreter.set_tensor(source["index"], image[None].astype(np.float32))
        interpreter.invoke()
        found.append(interpreter.get_tensor(result["index"]))
    return np.concatenate(found)


@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_equalising_changes_weights_and_nothing_that_is_computed(activation):
    content, images = small_network(activation), pictures()
    network = FloatNetwork(content)
    assert len(network.convolutions) == 5
    kinds = [each.is_depthwise for each in network.convolutions]
    assert kinds == [False, True, False, True, False]
    inner = [network.convolutions[i].result for i in (0, 2)]
    outer = [network.convolutions[i].result for i in (1, 3, 4)]

    def ranges(tensors: list[int]) -> list[np.ndarray]:
        tops = [[v.max((0, 1, 2)) for v in vs] for vs in network.run(tensors, images)]
        return [np.max(top, axis=0) for top in zip(*tops, strict=True)]

    before, others = ranges(inner), ranges(outer)
    equalize(network, images)
    after = ranges(inner)
    for old, new in zip(before, after, strict=True):
        top = old.max() if activation == "relu" else 6 / 1.1
        np.testing.assert_allclose(new, np.minimum(top, 64 * old), rtol=1e-4)
        assert (new > 4 * old).any()
    for old, new in zip(others, ranges(outer), strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-4, atol=1e-6)
    new, old = outputs(network.content(), images), outputs(content, images)
    np.testing.assert_allclose(new, old, atol=1e-5 * np.ptp(old))


def test_a_channel_that_others_read_too_keeps_its_range():
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(3, 1, activation="relu")(image)
    y = layers.Add()([layers.Conv2D(3, 1, activation="relu")(x), x])
    model = keras.Model(image, layers.Conv2D(2, 1)(y))
    spec = tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32)
    function = frozen(lambda x: model(x, training=False), spec)
    content = convert(new_converter(function), "a test's network")
    network = FloatNetwork(content)
    equalize(network, pictures())
    for each in FloatNetwork(content).convolutions:
        kept = FloatNetwork(content).constant(each.weights)
        np.testing.assert_array_equal(network.constant(each.weights), kept)


def test_what_a_filter_sees_is_what_it_is_multiplied_by():
    """Strides, rates, paddings and several filters a channel are LiteRT's own."""
    network = FloatNetwork(small_network())
    sources = [each.source for each in network.convolutions]
    results = [each.result for each in network.convolutions]
    [seen] = network.run([*sources, *results], pictures(1))
    for layer, source, result in zip(
        network.convolutions, seen[:5], seen[5:], strict=True
    ):
        weights = network.constant(layer.weights)
        cells = result[0].reshape(-1, result.shape[-1])

        patches = _patches(source, layer, weights.shape, InOrder())
        filters = _filters(weights, layer)
        found = (patches @ filters.swapaxes(1, 2)).swapaxes(0, 1)
        found = found.reshape(patches.shape[1], -1) + network.constant(layer.bias)
        if layer.activation == schema.ActivationFunctionType.RELU6:
            found = np.clip(found, 0, 6)
        assert len(found) == len(cells)
        np.testing.assert_allclose(found, cells, atol=1e-5)


def test_rounding_finds_what_trying_all_finds():
    rng = np.random.default_rng(1)
    mixed = rng.normal(size=(6, 6))
    covariance = mixed @ mixed.T + np.eye(6)
    filters = rng.normal(size=(40, 6))
    [rounded] = round_filters(filters[None], covariance[None])
    step = np.abs(filters).max(axis=1, keepdims=True) / 127
    np.testing.assert_allclose(rounded / step, np.round(rounded / step), atol=1e-9)
    assert (np.abs(rounded - filters) < step).all()
    largest = np.abs(filters).argmax(axis=1)
    rows = np.arange(len(filters))
    assert (rounded[rows, largest] == filters[rows, largest]).all()

    def cost(found: np.ndarray) -> np.ndarray:
        error = found - filters
        return np.einsum("fi,ij,fj->f", error, covariance, error)

    every = np.array([*itertools.product((0, 1), repeat=6)])
    tried = (np.floor(filters / step + 1e-9)[:, None] + every) * step[:, None]
    error = tried - filters[:, None]
    costs = np.einsum("fei,ij,fej->fe", error, covariance, error)
    best = costs.min(axis=1).sum()
    nearest = cost(np.round(filters / step) * step).sum()
    assert best <= cost(rounded).sum() < best + 0.15 * (nearest - best)


def test_a_filter_of_zeros_stays():
    zeros = np.zeros((1, 2, 3))
    np.testing.assert_array_equal(round_filters(zeros, np.eye(3)[None]), zeros)


def test_layers_that_see_nothing_change():
    """Black pictures: no input varies, some are always 0."""
    content = small_network()
    black = np.zeros((3, SIDE, SIDE, 3), np.uint8)
    prepared = prepare_weights(content, black)
    exact = outputs(content, black)
    np.testing.assert_allclose(outputs(prepared, black), exact, rtol=1e-2, atol=1e-6)


def test_8_bits_lose_less():
    content, images = small_network(), pictures()
    exact = outputs(content, images)
    calibration = Calibration(images, "a test")
    prepared = prepare_weights(content, images)

    def error(content: bytes) -> float:
        return float(np.sqrt(((outputs(content, images) - exact) ** 2).mean()))

    before = error(quantize(content, "int8", calibration))
    after = error(quantize(prepared, "int8", calibration))
    assert error(prepared) < 0.5 * before
    assert after < 0.8 * before


def test_the_quantiser_keeps_the_rounded_weights():
    """What it stores is what was chosen, so that nothing is rounded twice."""
    images = pictures()
    prepared = prepare_weights(small_network(), images)
    chosen = FloatNetwork(prepared)
    content = quantize(prepared, "int8", Calibration(images, "a test"))
    graph = schema.ModelT.InitFromPackedBuf(content, 0)
    stored = []
    for op in graph.subgraphs[0].operators:
        if graph.operatorCodes[op.opcodeIndex].builtinCode in (
            schema.BuiltinOperator.CONV_2D,
            schema.BuiltinOperator.DEPTHWISE_CONV_2D,
        ):
            tensor = graph.subgraphs[0].tensors[op.inputs[1]]
            data = bytes(graph.buffers[tensor.buffer].data)
            steps = np.frombuffer(data, np.int8).reshape(tensor.shape)
            axis = [1, 1, 1, 1]
            axis[tensor.quantization.quantizedDimension] = -1
            stored.append(steps * tensor.quantization.scale.reshape(axis))
    for layer, values in zip(chosen.convolutions, stored, strict=True):
        weights = chosen.constant(layer.weights)
        np.testing.assert_allclose(values, weights, rtol=1e-5)


def test_a_layer_that_stays_float_is_not_rounded():
    images, content = pictures(), small_network()
    first = FloatNetwork(content)
    last = first.convolutions[-1]
    name = first.name(last.result)
    kept = FloatNetwork(prepare_weights(content, images, [name]))
    weights = kept.constant(kept.convolutions[-1].weights)
    equalized = FloatNetwork(content)
    equalize(equalized, images)
    np.testing.assert_array_equal(weights, equalized.constant(last.weights))
