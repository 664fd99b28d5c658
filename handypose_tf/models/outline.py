"""A network's parts in a few lines, where `summary()` has a thousand."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

#: Beginnings of the names of layers that are not the backbone's -> their part.
_PARTS = {
    "waterfall": "waterfall",
    "decoder": "decoder",
    "heatmaps": "heatmaps",
    "top": "whole hand",
    "points": "points",
    "depth": "depth",
    "world": "points in metres",
    "near": "heatmaps near points",
    "handedness": "handedness head",
    "presence": "presence head",
    "centers": "centers",
}


class Part(NamedTuple):
    """A part of a network.

    Attributes:
        name: What it is.
        shape: Of what it gives, without the batch.
        parameters: Of its layers.
        num_layers: How many these are.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    num_layers: int


def outline(model: Any) -> list[Part]:
    """Return the parts of a model of this library, from the picture on.

    The backbone is told stride by stride: its last layers at strides 4, 8 and 16 and
    the deepest are what waterfall and decoder take.

    Examples:
        >>> for part in outline(load_model("handypose_lite0")):
        ...     print(part.name, part.shape)  # doctest: +SKIP
    """
    groups: dict[str, list[Any]] = {}
    for layer in model.layers:
        groups.setdefault(_part(layer, model.image_size[0]), []).append(layer)
    return [_describe(name, layers) for name, layers in groups.items()]


def _part(layer: Any, side: int) -> str:
    for start, part in _PARTS.items():
        if layer.name.startswith(start):
            return part
    shape = tuple(layer.output.shape)
    if len(shape) != 4:
        return "backbone"
    return f"backbone, stride {max(1, round(side / shape[1]))}"


def _describe(name: str, layers: list[Any]) -> Part:
    weights = [weight for layer in layers for weight in layer.weights]
    parameters = sum(math.prod(weight.shape) for weight in weights)
    return Part(name, tuple(layers[-1].output.shape[1:]), parameters, len(layers))
