"""A `.tflite` file of each operation of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from handypose_tf.litert.flatbuffer import pack_model, read_model


def cut_operations(
    content: bytes, shapes: Mapping[int, Sequence[int]]
) -> Iterator[tuple[int, bytes]]:
    """Give the index of each operation of the first graph and a file of it alone.

    Operations on constants, such as the unpacking of float16 weights, stay with the
    operations that use them and are not given themselves.

    Args:
        content: Of the `.tflite` file.
        shapes: Index of a tensor to its shape, which the file itself may leave open.
    """
    model = read_model(content)
    graph = model.subgraphs[0]
    for index, tensor in enumerate(graph.tensors):
        tensor.shape, tensor.shapeSignature = list(shapes[index]), None
    folded: dict[int, Any] = {}
    for index, operator in enumerate(graph.operators):
        if all(_is_known(model, graph, folded, i) for i in operator.inputs):
            folded |= {int(i): operator for i in operator.outputs}
            continue
        needed = [folded[int(i)] for i in operator.inputs if int(i) in folded]
        yield index, _pack(model, graph, [*needed, operator])


def _is_known(model: Any, graph: Any, folded: dict[int, Any], tensor: int) -> bool:
    """Whether a tensor is a constant or computed from constants alone."""
    if tensor < 0 or int(tensor) in folded:
        return True
    return _is_constant(model, graph.tensors[tensor])


def _is_constant(model: Any, tensor: Any) -> bool:
    data = model.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _pack(model: Any, graph: Any, operators: Sequence[Any]) -> bytes:
    """Return a file of some operators and the constants that they use."""
    used = dict.fromkeys(
        int(i) for op in operators for i in (*op.inputs, *op.outputs) if i >= 0
    )
    places = {old: new for new, old in enumerate(used)}
    made = {int(i) for op in operators for i in op.outputs}
    cut, part = schema.ModelT(), schema.SubGraphT()
    cut.version, cut.operatorCodes = model.version, model.operatorCodes
    cut.subgraphs, cut.buffers = [part], [schema.BufferT()]
    part.tensors = [_copied(model, graph.tensors[i], cut.buffers) for i in used]
    part.operators = [_moved(operator, places) for operator in operators]
    part.inputs = [
        places[i]
        for i in used
        if i not in made and not _is_constant(model, graph.tensors[i])
    ]
    part.outputs = [places[int(i)] for i in operators[-1].outputs]
    return pack_model(cut)


def _copied(model: Any, tensor: Any, buffers: list[Any]) -> Any:
    """Return a tensor whose constant is the last of a new file's buffers."""
    copied = schema.TensorT()
    vars(copied).update(vars(tensor))
    copied.buffer = 0
    if _is_constant(model, tensor):
        copied.buffer = len(buffers)
        buffers.append(model.buffers[tensor.buffer])
    return copied


def _moved(operator: Any, places: dict[int, int]) -> Any:
    moved = schema.OperatorT()
    vars(moved).update(vars(operator))
    moved.inputs = [places.get(int(i), -1) for i in operator.inputs]
    moved.outputs = [places[int(i)] for i in operator.outputs]
    return moved
