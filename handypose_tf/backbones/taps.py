"""What a backbone offers to the waterfall and the decoder.

A backbone of this package is a function from a picture to `Taps`, entered in
`BACKBONES` (and in `docs/reference/backbones.md`). Its stem is one convolution at
stride 2 and what follows it up to the first block; layers of a block are called
`block<N>_...` or `layer<N>_...`, so that a training can freeze the stem.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

#: How names of the layers behind a backbone's stem begin.
BLOCK_NAME = re.compile(r"(block|layer)\d")


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
