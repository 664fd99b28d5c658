"""Multiply-accumulates of any `.tflite` file, counted from its tensors' shapes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from handypose_tf.litert.interpreter import open_interpreter

Shape = tuple[int, ...]


class Macs(NamedTuple):
    """Multiply-accumulates of one run.

    Attributes:
        total: Of all matrix products and convolutions; other operations have none.
        int8: Of those by 8-bit weights.
    """

    total: int
    int8: int


class CountedOperation(NamedTuple):
    """One operation of a file.

    Attributes:
        kind: Its name, for convolutions with the kernel's size.
        macs: Its multiply-accumulates.
        is_8_bit: Whether it multiplies by 8-bit weights.
    """

    kind: str
    macs: int
    is_8_bit: bool


def count_tflite_macs(path: str | os.PathLike[str]) -> Macs:
    """Count the multiply-accumulates of a `.tflite` file's first graph.

    Raises:
        ModelError: If the file is missing or LiteRT cannot load it.
    """
    operations = read_operations(path)
    return Macs(
        sum(operation.macs for operation in operations),
        sum(operation.macs for operation in operations if operation.is_8_bit),
    )


def read_operations(path: str | os.PathLike[str]) -> list[CountedOperation]:
    """Return the operations of a `.tflite` file's first graph.

    Raises:
        ModelError: If the file is missing or LiteRT cannot load it.
    """
    interpreter = open_interpreter(path, delegate=False)
    tensors = {each["index"]: each for each in interpreter.get_tensor_details()}
    return [
        CountedOperation(
            _kind(operation, tensors),
            operation_macs(operation, tensors),
            _is_8_bit(operation, tensors),
        )
        for operation in interpreter._get_ops_details()
    ]


def tensor_shapes(path: str | os.PathLike[str]) -> dict[int, Shape]:
    """Return each tensor's shape for a batch of 1; a file may leave them open.

    Raises:
        ModelError: If the file is missing or LiteRT cannot load it.
    """
    details = open_interpreter(path, delegate=False).get_tensor_details()
    return {each["index"]: tuple(map(int, each["shape"])) for each in details}


def operation_macs(
    operation: Mapping[str, Any], tensors: Mapping[int, Mapping[str, Any]]
) -> int:
    """Count one operation's multiply-accumulates.

    Args:
        operation: As LiteRT's interpreter describes it.
        tensors: Index of a tensor to its description.
    """
    rule = _RULES.get(operation["op_name"])
    if rule is None:
        return 0
    inputs = [_shape(tensors, index) for index in operation["inputs"]]
    return rule(inputs, _shape(tensors, operation["outputs"][0]))


def _kind(
    operation: Mapping[str, Any], tensors: Mapping[int, Mapping[str, Any]]
) -> str:
    name = operation["op_name"]
    if name not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return name
    _, height, width, _ = _shape(tensors, operation["inputs"][1])
    return f"{name} {height}x{width}"


def _shape(tensors: Mapping[int, Mapping[str, Any]], index: int) -> Shape:
    return tuple(int(side) for side in tensors[index]["shape"]) if index >= 0 else ()


def _is_8_bit(
    operation: Mapping[str, Any], tensors: Mapping[int, Mapping[str, Any]]
) -> bool:
    """Whether an operation multiplies by 8-bit weights.

    With those, XNNPACK takes 8-bit products also where the activations are float.
    """
    if operation["op_name"] not in _RULES:
        return False
    return np.dtype(tensors[operation["inputs"][1]]["dtype"]).itemsize == 1


def _convolution(inputs: list[Shape], output: Shape) -> int:
    """Filter (out, height, width, in / groups), or for a depthwise one (1, ..., out).

    Each weight works once an output cell.
    """
    return math.prod(inputs[1]) * math.prod(output[:-1])


_RULES: dict[str, Callable[[list[Shape], Shape], int]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    # Sizes, filter (out, height, width, in), picture: once a cell of the picture.
    "TRANSPOSE_CONV": lambda ins, out: math.prod(ins[1]) * math.prod(ins[2][:-1]),
    # Filter (out, in): a row of it for every output.
    "FULLY_CONNECTED": lambda ins, out: math.prod(out) * ins[1][-1],
    # A row of the first factor for every output.
    "BATCH_MATMUL": lambda ins, out: math.prod(out) * ins[0][-1],
}
