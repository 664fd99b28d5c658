"""Parameters and multiply-accumulates of a model."""

from __future__ import annotations

import math
from typing import Any

from tensorflow import keras

#: Layers whose kernels work once an output cell. A depthwise convolution is a kind of
#: `Conv2D` in neither Keras generation.
_COUNTED = (
    keras.layers.Conv2D,
    keras.layers.Dense,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
)


def count_graph_macs(model: keras.Model) -> int:
    """Count the multiply-accumulates of one picture's convolutions and dense layers.

    A layer that stands in the graph several times counts as often. Cells of padding
    count like others. Layers inside nested models or blocks are not seen, transposed
    convolutions not counted.
    """
    return sum(
        _macs_per_cell(layer) * math.prod(int(n) for n in output.shape[1:-1])
        for layer in model.layers
        if isinstance(layer, _COUNTED)
        and not isinstance(layer, keras.layers.Conv2DTranspose)
        for output in _outputs(layer)
    )


def _macs_per_cell(layer: Any) -> int:
    """Multiply-accumulates of one output cell: every kernel weight works once."""
    kernels = [weight.shape for weight in layer.weights if len(weight.shape) > 1]
    return sum(math.prod(shape) for shape in kernels)


def _outputs(layer: Any) -> list[Any]:
    """Return a layer's output of every place where it stands in a graph."""
    outputs: list[Any] = []
    for node in layer._inbound_nodes:  # no public way in either Keras generation
        has_list = hasattr(node, "output_tensors")
        tensors = node.output_tensors if has_list else node.outputs
        outputs += tensors if isinstance(tensors, list | tuple) else [tensors]
    return outputs
