"""A float32 `.tflite` network whose convolutions can be read, run and changed.

By then the converter has put batch norms into weights and activations into the
operations that they follow, which is how a quantiser sees a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from handypose_tf.litert.flatbuffer import pack_model, read_model
from handypose_tf.litert.interpreter import count_processors, open_interpreter

_KINDS = {
    schema.BuiltinOperator.CONV_2D: False,
    schema.BuiltinOperator.DEPTHWISE_CONV_2D: True,
}


@dataclass(frozen=True)
class Convolution:
    """A convolution, its tensors told by their indices.

    Attributes:
        source: What it looks at.
        weights: `(out, height, width, in)`, or `(1, height, width, out)` if depthwise.
        bias: `(out,)`.
        result: What it gives.
        is_depthwise: Whether each channel is filtered by itself.
        activation: The schema's number of the activation in it.
        is_padded: Whether zeros are put around the picture, `SAME`.
        strides: Rows and columns from one output to the next.
        rates: Rows and columns from one weight to the next.
    """

    source: int
    weights: int
    bias: int
    result: int
    is_depthwise: bool
    activation: int
    is_padded: bool
    strides: tuple[int, int]
    rates: tuple[int, int]


class FloatNetwork:
    """A network from one picture to raw outputs, all of it float32.

    Attributes:
        convolutions: Those whose weights and bias are constants and their own.
    """

    def __init__(self, content: bytes) -> None:
        self._model = read_model(content)
        self._graph = self._model.subgraphs[0]
        read = [int(i) for op in self._graph.operators for i in op.inputs]
        found = [self._convolution(op) for op in self._graph.operators]
        self.convolutions = [
            each
            for each in found
            if each is not None
            and read.count(each.weights) == read.count(each.bias) == 1
            and self._is_constant(each.weights)
            and self._is_constant(each.bias)
        ]

    def content(self) -> bytes:
        """Return the file."""
        return pack_model(self._model)

    def name(self, tensor: int) -> str:
        """Return what the file calls a tensor."""
        return str(self._graph.tensors[tensor].name.decode())

    def readers(self, tensor: int) -> list[Convolution] | None:
        """Return the convolutions that look at a tensor; `None` if others do too."""
        count = sum(tensor in op.inputs for op in self._graph.operators)
        found = [each for each in self.convolutions if each.source == tensor]
        alone = len(found) == count and tensor not in self._graph.outputs
        return found if found and alone else None

    def constant(self, tensor: int) -> NDArray[np.float32]:
        """Return a copy of weights or a bias."""
        described = self._graph.tensors[tensor]
        data = bytes(self._model.buffers[described.buffer].data)
        return np.frombuffer(data, np.float32).reshape(described.shape).copy()

    def set_constant(self, tensor: int, values: NDArray) -> None:
        """Replace weights or a bias by others of their shape."""
        buffer = self._model.buffers[self._graph.tensors[tensor].buffer]
        content = np.ascontiguousarray(values, np.float32).tobytes()
        buffer.data = np.frombuffer(content, np.uint8)

    def run(
        self, tensors: Sequence[int], pictures: NDArray[np.uint8]
    ) -> Iterator[list[NDArray[np.float32]]]:
        """Give what tensors hold, for one picture after the other.

        Args:
            tensors: Their indices.
            pictures: `(n, height, width, 3)`, RGB in 0..255.
        """
        before = self._graph.outputs, self._model.signatureDefs
        self._graph.outputs, self._model.signatureDefs = np.array(tensors, np.int32), []
        content = self.content()
        self._graph.outputs, self._model.signatureDefs = before
        interpreter = open_interpreter(content, min(count_processors(), 4))
        [source] = interpreter.get_input_details()
        results = [each["index"] for each in interpreter.get_output_details()]
        for picture in pictures:
            interpreter.set_tensor(source["index"], picture[None].astype(np.float32))
            interpreter.invoke()
            yield [interpreter.get_tensor(index) for index in results]

    def _is_constant(self, tensor: int) -> bool:
        if tensor < 0:
            return False
        described = self._graph.tensors[tensor]
        is_float = described.type == schema.TensorType.FLOAT32
        return is_float and self._model.buffers[described.buffer].data is not None

    def _convolution(self, operation: Any) -> Convolution | None:
        code = self._model.operatorCodes[operation.opcodeIndex].builtinCode
        if code not in _KINDS or len(operation.inputs) != 3:
            return None
        source, weights, bias = (int(index) for index in operation.inputs)
        options = operation.builtinOptions
        is_depthwise = _KINDS[code]
        depth = self._graph.tensors[source].shape[-1]
        if not is_depthwise and self._graph.tensors[weights].shape[-1] != depth:
            return None  # filters of groups of channels
        return Convolution(
            source,
            weights,
            bias,
            int(operation.outputs[0]),
            is_depthwise,
            options.fusedActivationFunction,
            options.padding == schema.Padding.SAME,
            (options.strideH, options.strideW),
            (options.dilationHFactor, options.dilationWFactor),
        )
