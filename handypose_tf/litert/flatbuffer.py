"""Changes to `.tflite` files that converters do not offer: ends named, decoder joined.

A model's body, in whatever precision, gets the float decoder put behind it and a
picture of the wanted type in front. Nothing between is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_IDENTIFIER = b"TFL3"

SIGNATURE = "serving_default"

#: Type of the input -> the schema's type and the value that stands for 0; a step is 1.
_INPUT_TYPES = {
    "uint8": (schema.TensorType.UINT8, 0),
    "int8": (schema.TensorType.INT8, -128),
}


_FLOAT32 = schema.TensorType.FLOAT32
_DEPTHWISE = schema.BuiltinOperator.DEPTHWISE_CONV_2D

#: The schema's version of DEQUANTIZE that takes signed 8 bits.
_DEQUANTIZE_VERSION = 2


def name_ends(
    content: bytes, source: str, results: Mapping[str, Sequence[int]]
) -> bytes:
    """Give a model of one input a signature.

    Args:
        content: The model.
        source: What its input is called.
        results: What each output is called, and its shape, by which it is found:
            converters change their order.
    """
    model = read_model(content)
    graph = model.subgraphs[0]
    outputs = {name: _output(graph, shape) for name, shape in results.items()}
    _sign(model, {source: graph.inputs[0]}, outputs)
    return pack_model(model)


def join_decoder(
    body: bytes,
    decoder: bytes,
    *,
    io: str = "float32",
    result_name: str = "keypoints",
    maps_name: str | None = None,
    further: Mapping[str, bytes] | None = None,
) -> bytes:
    """Put float decoders behind a body that gives float maps and perhaps more.

    Args:
        body: A model from a float32 picture to float32 maps; each output has a shape
            of its own, by which it is found.
        decoder: A model from those maps, and perhaps others of the outputs, to the
            result; each of its inputs is the output of its shape.
        io: Type of the picture, one of `IO_TYPES`; 8 bits hold 0..255 in steps of 1.
        result_name: What the decoder's output is called.
        maps_name: What the maps are called; they are no output if `None`.
        further: What each further result is called, and the decoder that makes it
            of outputs of the body.

    Returns:
        A model with a signature from `image` to the result, and the maps if wanted.
    """
    model = read_model(body)
    graph = model.subgraphs[0]
    outputs = {}
    for name, content in {result_name: decoder, **(further or {})}.items():
        outputs[name] = _append(model, read_model(content))
    if maps_name is not None:
        outputs[maps_name] = _output(graph, _input_shape(read_model(decoder)))
    if io != "float32":
        _take_integers(model, io)
    graph.outputs = np.array([*outputs.values()], np.int32)
    _sign(model, {"image": graph.inputs[0]}, outputs)
    return pack_model(model)


def tensor_names(content: bytes) -> dict[str, str]:
    """Return the tensors that operations compute, in the order they run.

    Returns:
        A tensor's name -> what to call it: the same, but for an output, whose name
        converters make up, that of the signature.
    """
    model = read_model(content)
    graph = model.subgraphs[0]
    [signature] = model.signatureDefs
    outputs = {entry.tensorIndex: entry.name.decode() for entry in signature.outputs}
    results = [int(index) for op in graph.operators for index in op.outputs]
    names = {index: graph.tensors[index].name.decode() for index in results}
    return {name: outputs.get(index, name) for index, name in names.items()}


def restore_depthwise_weights(content: bytes) -> bytes:
    """Turn the 8-bit weights of depthwise convolutions with float inputs into float.

    XNNPACK has no such operation; each would end a partition. They are a few percent
    of a network's weights.
    """
    model = read_model(content)
    graph = model.subgraphs[0]
    for op in graph.operators:
        if model.operatorCodes[op.opcodeIndex].builtinCode != _DEPTHWISE:
            continue
        picture, weights = (graph.tensors[index] for index in op.inputs[:2])
        if (picture.type, weights.type) == (_FLOAT32, schema.TensorType.INT8):
            _restore(model, weights)
    return pack_model(model)


def _restore(model: Any, tensor: Any) -> None:
    """Turn a constant 8-bit tensor into float32."""
    buffer, quantization = model.buffers[tensor.buffer], tensor.quantization
    steps = np.frombuffer(bytes(buffer.data), np.int8).reshape(tensor.shape)
    shape = [1] * steps.ndim
    shape[quantization.quantizedDimension if quantization.scale.size > 1 else 0] = -1
    values = steps * quantization.scale.astype(np.float32).reshape(shape)
    buffer.data = np.frombuffer(values.astype(np.float32).tobytes(), np.uint8)
    tensor.type, tensor.quantization = _FLOAT32, None


def _append(model: Any, other: Any) -> int:
    """Append another model's graph, fed by the outputs of its shapes.

    Returns:
        The tensor of its output.
    """
    graph, tail = model.subgraphs[0], other.subgraphs[0]
    buffers, codes = len(model.buffers), len(model.operatorCodes)
    shapes = {int(i): tail.tensors[i].shape for i in tail.inputs}
    places = {-1: -1} | {i: _output(graph, shape) for i, shape in shapes.items()}
    for index, tensor in enumerate(tail.tensors):
        if index in places:
            continue
        places[index] = len(graph.tensors)
        # Buffer 0 means none, in every file.
        tensor.buffer += buffers if tensor.buffer else 0
        graph.tensors.append(tensor)
    for op in tail.operators:
        op.opcodeIndex += codes
        op.inputs = _moved(op.inputs, places)
        op.outputs = _moved(op.outputs, places)
        graph.operators.append(op)
    model.buffers += other.buffers
    model.operatorCodes += other.operatorCodes
    return places[int(tail.outputs[0])]


def _output(graph: Any, shape: Sequence[int]) -> int:
    """Return the one output of a shape."""
    [found] = [i for i in graph.outputs if [*graph.tensors[i].shape] == [*shape]]
    return int(found)


def _input_shape(model: Any) -> Sequence[int]:
    graph = model.subgraphs[0]
    return graph.tensors[graph.inputs[0]].shape


def _moved(indices: Any, places: dict[int, int]) -> Any:
    return np.array([places[int(index)] for index in indices], np.int32)


def _take_integers(model: Any, io: str) -> None:
    """Put an 8-bit picture and its DEQUANTIZE in front of a float input."""
    graph = model.subgraphs[0]
    kind, zero_point = _INPUT_TYPES[io]
    before = graph.tensors[graph.inputs[0]]
    picture = schema.TensorT()
    picture.name, picture.shape, picture.type = b"image", before.shape, kind
    picture.quantization = schema.QuantizationParametersT()
    picture.quantization.scale = np.array([1.0], np.float32)
    picture.quantization.zeroPoint = np.array([zero_point], np.int64)
    op = schema.OperatorT()
    op.opcodeIndex = len(model.operatorCodes)
    op.inputs = np.array([len(graph.tensors)], np.int32)
    op.outputs = np.array([graph.inputs[0]], np.int32)
    graph.tensors.append(picture)
    graph.operators.insert(0, op)
    graph.inputs = op.inputs
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = _DEQUANTIZE_VERSION
    model.operatorCodes.append(code)


def _sign(model: Any, inputs: dict[str, int], outputs: dict[str, int]) -> None:
    """Replace the signatures by one with these names."""
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = SIGNATURE.encode(), 0
    signature.inputs = [_entry(*item) for item in inputs.items()]
    signature.outputs = [_entry(*item) for item in outputs.items()]
    model.signatureDefs = [signature]


def _entry(name: str, index: int) -> Any:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name.encode(), int(index)
    return entry


def read_model(content: bytes) -> Any:
    """Return a file's contents as objects of LiteRT's schema.

    Constants that a converter put behind the FlatBuffer, as litert-quantizer does with
    large ones, are taken into it: their offsets hold for that file alone.
    """
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:
        if buffer.offset > 1:  # 0 and 1 mean that there is none
            end = buffer.offset + buffer.size
            buffer.data = np.frombuffer(content[buffer.offset : end], np.uint8)
            buffer.offset = buffer.size = 0
    return model


def pack_model(model: Any) -> bytes:
    """Return the file of such objects."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())
