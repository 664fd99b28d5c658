"""What a backbone offers to the waterfall and the decoder."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

#: Stride of MediaPipe's deepest features, as published.
PUBLISHED_STRIDE = 32


class Taps(NamedTuple):
    """Four feature maps of a backbone, `(batch, height, width, channels)` each.

    Attributes:
        level1: Features at stride 4.
        level2: Features at stride 8.
        level3: Features at stride 16 (8 in a ResNet of output stride 8).
        deepest: The last features, at the backbone's output stride.
    """

    level1: Any
    level2: Any
    level3: Any
    deepest: Any


def check_published(variant: str, variants: Collection[str], stride: int) -> None:
    """Refuse a variant or an output stride that MediaPipe has not published."""
    if variant not in variants:
        raise ValueError(
            f"`variant` must be one of {[*variants]}. Received: {variant!r}"
        )
    if stride != PUBLISHED_STRIDE:
        raise ValueError(f"`output_stride` must be 32. Received: {stride}")
