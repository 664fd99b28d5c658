"""What a backbone offers to the waterfall and the decoder."""

from __future__ import annotations

from typing import Any, NamedTuple


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
