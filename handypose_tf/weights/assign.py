"""Assigning arrays to the layers of a model, every variable exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError

#: A layer's name -> its arrays in the order of `layer.weights`.
LayerArrays = Mapping[str, Sequence[NDArray]]


def assign(layers: Iterable[Any], arrays: LayerArrays, source: str) -> None:
    """Set the weights of layers by name.

    Nothing is assigned unless everything fits.

    Args:
        layers: Keras layers; those without weights are passed over.
        arrays: For every layer with weights its arrays, and for no other.
        source: Where the arrays come from, for the message.

    Raises:
        ModelError: If layers are missing, left over or of another shape; all are
            listed.
    """
    by_name = {layer.name: layer for layer in layers if layer.weights}
    problems = [f"missing {name}" for name in by_name if name not in arrays]
    problems += [f"unexpected {name}" for name in arrays if name not in by_name]
    for name in by_name.keys() & arrays.keys():
        expected = [tuple(weight.shape) for weight in by_name[name].weights]
        received = [np.shape(array) for array in arrays[name]]
        if expected != received:
            problems.append(f"{name} has shapes {received}, expected {expected}")
    if problems:
        raise ModelError(f"{source} does not fit the model: {summary(problems)}")
    for name, layer in by_name.items():
        layer.set_weights([np.asarray(array) for array in arrays[name]])


def summary(problems: Sequence[str], limit: int = 8) -> str:
    """Join problems to one line, the first few in full and the rest counted."""
    shown = "; ".join(sorted(problems)[:limit])
    rest = len(problems) - limit
    return shown if rest <= 0 else f"{shown}; and {rest} more"
