"""Joined files, made of two tiny ones: nothing between is touched."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from handypose_tf.layers import DecodeHeatmaps
from handypose_tf.litert.flatbuffer import (
    join_decoder,
    name_ends,
    pack_model,
    read_model,
)
from handypose_tf.litert.precision import IO_TYPES

SIZE, STRIDE, JOINTS = 32, 4, 3
CELLS = SIZE // STRIDE


def converted(function, shape) -> bytes:
    traced = tf.function(function, input_signature=[tf.TensorSpec(shape, tf.float32)])
    owner = tf.Module()
    owner.function = traced.get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions(
        [owner.function], owner
    ).convert()


@pytest.fixture(scope="module")
def body() -> bytes:
    """A network that gives each channel of every fourth pixel, over 255."""
    return converted(lambda x: x[:, ::STRIDE, ::STRIDE] / 255, (1, SIZE, SIZE, 3))


@pytest.fixture(scope="module")
def decoder() -> DecodeHeatmaps:
    return DecodeHeatmaps("dark", (SIZE, SIZE), stride=STRIDE)


@pytest.fixture(scope="module")
def tail(decoder) -> bytes:
    return converted(decoder, (1, CELLS, CELLS, JOINTS))


def peaks() -> np.ndarray:
    """A picture whose every fourth pixel is a Gaussian, one a channel."""
    centers = [(2.3, 3.6), (4.0, 2.25), (5.4, 4.9)]
    grid = np.arange(CELLS)
    maps = [
        np.exp(-((grid[:, None] - y) ** 2 + (grid - x) ** 2) / 4) for x, y in centers
    ]
    cells = np.rint(255 * np.stack(maps, axis=-1)).astype(np.uint8)
    return cells.repeat(STRIDE, 0).repeat(STRIDE, 1)[None]


def run(content: bytes, image: np.ndarray) -> dict[str, np.ndarray]:
    runner = Interpreter(model_content=content, num_threads=1).get_signature_runner()
    return runner(image=image)


@pytest.mark.parametrize("io", IO_TYPES)
def test_coordinates_of_known_heatmaps_are_float_exact(body, tail, decoder, io):
    content = join_decoder(body, tail, io=io, maps_name="heatmaps")
    picture = peaks()
    given = {
        "float32": picture.astype(np.float32),
        "uint8": picture,
        "int8": (picture.astype(np.int16) - 128).astype(np.int8),
    }[io]
    found = run(content, given)
    maps = picture[:, ::STRIDE, ::STRIDE].astype(np.float32) / 255
    np.testing.assert_allclose(found["heatmaps"], maps, atol=1e-6)
    np.testing.assert_allclose(found["keypoints"], decoder(maps), atol=1e-6)
    x = (found["keypoints"][0, :, 0] * SIZE - 0.5 - (STRIDE - 1) / 2) / STRIDE
    np.testing.assert_allclose(x, [2.3, 4.0, 5.4], atol=0.05)


def test_eight_bits_hold_0_to_255_in_steps_of_1(body, tail):
    for io, zero_point in (("uint8", 0), ("int8", -128)):
        content = join_decoder(body, tail, io=io)
        runner = Interpreter(model_content=content).get_signature_runner()
        assert runner.get_input_details()["image"]["quantization"] == (1.0, zero_point)
        assert {*runner.get_output_details()} == {"keypoints"}


def test_ends_are_named(body):
    content = name_ends(body, "picture", {"maps": (1, CELLS, CELLS, JOINTS)})
    [signature] = Interpreter(model_content=content).get_signature_list().values()
    assert signature == {"inputs": ["picture"], "outputs": ["maps"]}


def test_constants_behind_the_flatbuffer_come_into_it():
    """As litert-quantizer writes large ones; joining moves what is before them."""
    weights = np.arange(48, dtype=np.float32).reshape(1, 1, 3, 16)
    content = converted(lambda x: tf.nn.conv2d(x, weights, 1, "SAME"), (1, 4, 4, 3))
    model = read_model(content)
    [large] = [b for b in model.buffers if b.data is not None and len(b.data) == 192]
    values, large.data = bytes(large.data), None
    large.offset, large.size = 10**6, len(values)
    large.offset = -(-len(pack_model(model)) // 16) * 16
    packed = pack_model(model)
    outside = packed + bytes(large.offset - len(packed)) + values
    picture = np.random.default_rng(0).normal(size=(1, 4, 4, 3)).astype(np.float32)
    found = []
    for each in (content, outside, pack_model(read_model(outside))):
        interpreter = Interpreter(model_content=each)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
        interpreter.invoke()
        result = interpreter.get_output_details()[0]["index"]
        found.append(interpreter.get_tensor(result))
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
