"""Parameters and multiply-accumulates of a model."""

from __future__ import annotations

import math
from typing import Any

from tensorflow import keras


def count_macs(model: keras.Model) -> int:
    """Count the multiply-accumulates of one picture's convolutions and dense layers.

    A layer that stands in the graph several times counts as often. Cells of padding
    count like others.
    """
    return sum(
        _macs_per_cell(layer) * math.prod(int(n) for n in output.shape[1:-1])
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
        for output in _outputs(layer)
    )


def _macs_per_cell(layer: Any) -> int:
    """Multiply-accumulates of one output cell: every kernel weight works once."""
    return math.prod(layer.weights[0].shape)


def _outputs(layer: Any) -> list[Any]:
    """Return a layer's output of every place where it stands in a graph."""
    outputs: list[Any] = []
    for node in layer._inbound_nodes:  # no public way in either Keras generation
        has_list = hasattr(node, "output_tensors")
        tensors = node.output_tensors if has_list else node.outputs
        outputs += tensors if isinstance(tensors, list | tuple) else [tensors]
    return outputs
