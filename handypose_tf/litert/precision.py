"""The number formats that models are exported in: the one table of them.

Choices, checks, converters and rankings read it. A new row is told in
`docs/how-to/export.md`, or a test fails; weights of a new kind are to be made by the
quantisers in `export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Precision:
    """How a network's numbers are stored and computed.

    Attributes:
        weights: How weights are stored: `"float32"`, `"float16"` or `"int8"`.
        activation_bits: Bits of activations whose ranges are measured on crops when the
            file is made; `None` where they stay float or were fixed in a training.
        is_fine_tuned: Whether a model must have been trained for it.
        latency_rank: Its place among the shipped files of one input size: measured at
            368 px on two threads int8 85, float16 350 and float32 360 ms.
        points: Kind of model -> points of its first figure that a file may lose:
            pck_box@0.2 of a pose network, a detector's recall at one false alarm a
            photo. Nothing is asked of kinds that are not named.
    """

    weights: Literal["float32", "float16", "int8"] = "int8"
    activation_bits: int | None = None
    is_fine_tuned: bool = False
    latency_rank: int = 4
    points: Mapping[str, float] = field(default_factory=dict)


PRECISIONS: Mapping[str, Precision] = {
    "float32": Precision(weights="float32", latency_rank=3),
    "float16": Precision(weights="float16", latency_rank=2),
    "dynamic": Precision(),
    "int8": Precision(
        activation_bits=8, latency_rank=0, points={"pose": 1.0, "detector": 2.0}
    ),
    "int16x8": Precision(activation_bits=16),
    "qat-int8": Precision(is_fine_tuned=True, latency_rank=1, points={"pose": 0.5}),
}

#: Types of a file's picture; 8 bits hold 0..255 in steps of 1.
IO_TYPES = ("float32", "uint8", "int8")

#: TensorFlow's converter, or the package litert-quantizer.
QUANTIZERS = ("tensorflow", "litert")

#: Precisions that want crops to measure the ranges of activations on.
CALIBRATED = tuple(name for name, each in PRECISIONS.items() if each.activation_bits)

#: Precisions whose weights are rounded to 8 bits when the file is made.
QUANTIZED = tuple(
    name
    for name, each in PRECISIONS.items()
    if each.weights == "int8" and not each.is_fine_tuned
)
