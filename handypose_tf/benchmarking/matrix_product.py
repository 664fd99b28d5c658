"""The rate at which this processor multiplies matrices, by LiteRT's own kernels.

A 1x1 convolution is one matrix product: cells by channels times channels by channels.
A `.tflite` file with nothing but one is as fast as a network can become on this runtime
and processor. It is put together here, without a converter.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from handypose_tf.benchmarking.contender import Contender
from handypose_tf.benchmarking.measurement import Measurement
from handypose_tf.files import write_bytes
from handypose_tf.litert.flatbuffer import pack_model

#: Channels of the products by type; the fastest counts. What suits the caches differs.
CHANNELS = {"float32": (256, 512, 1024), "int8": (512, 1024, 2048)}

#: Side of the picture: so many cells, squared, are multiplied.
SIDE = 32

_PREFIX = "product "

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int8": schema.TensorType.INT8,
    "int32": schema.TensorType.INT32,
}

#: Sizes of about what training gives: the results fill 8 bits and few are cut off.
_INT8_SCALES: dict[str, float | None] = {
    "picture": 0.02,
    "weights": 0.002,
    "bias": 0.02 * 0.002,
    "result": 0.15,
}


def matrix_product_models(folder: str | os.PathLike[str]) -> list[Contender]:
    """Write float32 and int8 products into a folder and return them as contenders.

    Raises:
        OutputError: If the folder cannot be written to.
    """
    contenders = []
    for kind, sizes in CHANNELS.items():
        for channels in sizes:
            name = f"{_PREFIX}{kind} {SIDE * SIDE}x{channels}x{channels}"
            path = Path(folder) / f"product_{kind}_{channels}.tflite"
            write_bytes(path, product_model(kind, SIDE, channels))
            contenders.append(Contender.from_file(path, name))
    return contenders


def product_rates(
    measurements: Sequence[Measurement],
) -> dict[tuple[bool, int], float]:
    """Return the rates of the fastest products, each in its shortest run.

    Args:
        measurements: Of `matrix_product_models`; others are passed over.

    Returns:
        (is it int8, number of threads) to multiply-accumulates a second.
    """
    rates: dict[tuple[bool, int], float] = {}
    for each in measurements:
        if is_product(each.contender):
            key = (each.contender.is_int8, each.num_threads)
            rate = 1e3 * (each.contender.macs or 0) / each.minimum
            rates[key] = max(rates.get(key, 0.0), rate)
    return rates


def is_product(contender: Contender) -> bool:
    """Whether a contender is one of `matrix_product_models`."""
    return contender.name.startswith(_PREFIX)


def product_model(kind: str, side: int, channels: int) -> bytes:
    """Return a `.tflite` file of one 1x1 convolution.

    Args:
        kind: `"float32"` or `"int8"`.
        side: Height and width of the picture.
        channels: Of the picture and of the result.
    """
    rng, shape = np.random.default_rng(0), (channels, 1, 1, channels)
    if kind == "int8":
        weights: NDArray = rng.integers(-127, 128, shape, np.int8)
        bias: NDArray = np.zeros(channels, np.int32)
        scales = _INT8_SCALES
    else:
        weights = rng.uniform(-0.05, 0.05, shape).astype(np.float32)
        bias = np.zeros(channels, np.float32)
        scales = dict.fromkeys(_INT8_SCALES)
    picture = (1, side, side, channels)
    tensors = [
        _tensor("picture", picture, weights.dtype, 0, scales["picture"]),
        _tensor("weights", shape, weights.dtype, 1, scales["weights"]),
        _tensor("bias", bias.shape, bias.dtype, 2, scales["bias"]),
        _tensor("result", picture, weights.dtype, 0, scales["result"]),
    ]
    return _pack(tensors, [weights, bias])


def _tensor(
    name: str, shape: Sequence[int], dtype: np.dtype, buffer: int, scale: float | None
) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
    tensor.type = _TYPES[dtype.name]
    if scale is not None:
        channels = shape[0] if name in ("weights", "bias") else 1
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = [scale] * channels
        tensor.quantization.zeroPoint = [0] * channels
    return tensor


def _pack(tensors: list[schema.TensorT], constants: Sequence[NDArray]) -> bytes:
    """Put a convolution of the first three tensors into the fourth into a file."""
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs = tensors, [0], [3]
    graph.operators = [schema.OperatorT()]
    [convolution] = graph.operators
    convolution.inputs, convolution.outputs = [0, 1, 2], [3]
    convolution.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
    convolution.builtinOptions = schema.Conv2DOptionsT()
    convolution.builtinOptions.strideH = convolution.builtinOptions.strideW = 1
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CONV_2D
    code.version = 3  # the first with int8
    model = schema.ModelT()
    model.version, model.subgraphs, model.operatorCodes = 3, [graph], [code]
    model.buffers = [schema.BufferT() for _ in range(1 + len(constants))]
    for buffer, values in zip(model.buffers[1:], constants, strict=True):
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    return pack_model(model)
