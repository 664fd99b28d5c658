r"""Begin a deeper network as a trained one: it computes the same at first.

    python tools/weights/grow.py savedmodels/handypose_lite0_224.keras \
        --preset handypose_lite1 --size 256 --out lite1.keras

EfficientNet-Lite1 is Lite0 with one more block in five of its stages. What Lite0 has is
copied; an added block is a copy of the one before it whose result is multiplied by zero
until training moves that scale (Chen et al., "Net2Net", ICLR 2016).
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np

from handypose_tf.backbones.efficientnet_lite import stage_blocks
from handypose_tf.errors import ModelError
from handypose_tf.models import HandyPose, handypose, load_model, save_model

_BLOCK = re.compile(r"block\d+")


def added_blocks(small: int, large: int) -> dict[str, tuple[str, bool]]:
    """Return each deep block: which one it copies, and whether it is new."""
    blocks = {}
    for few, many in zip(stage_blocks(small), stage_blocks(large), strict=True):
        for number, name in enumerate(many):
            is_new = number >= len(few)
            blocks[name] = (few[-1] if is_new else few[number], is_new)
    return blocks


def grow(small: HandyPose, large: HandyPose) -> None:
    """Give the deeper network the other's weights.

    Raises:
        ModelError: If one's layers are not the other's, blocks aside.
    """
    blocks = added_blocks(
        *(int(m.description.backbone.name[-1]) for m in (small, large))
    )
    sources = {layer.name: layer for layer in small.layers}
    for layer in (layer for layer in large.layers if layer.weights):
        block = _BLOCK.match(layer.name)
        source, is_new = blocks[block[0]] if block else ("", False)
        name = layer.name.replace(block[0], source, 1) if block else layer.name
        if name not in sources:
            raise ModelError(f"the smaller network has no layer {name!r}")
        layer.set_weights(sources[name].get_weights())
        if is_new and name.endswith("project_norm"):
            layer.gamma.assign(np.zeros(layer.gamma.shape))
            layer.beta.assign(np.zeros(layer.beta.shape))


def main() -> None:
    """Write the deeper network."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path, help="trained .keras file")
    parser.add_argument("--preset", required=True)
    parser.add_argument("--size", type=int, required=True, help="side of its crops")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    small = load_model(args.model)
    handedness = small.description.handedness
    large = handypose(args.preset, image_size=args.size, handedness=handedness)
    grow(small, large)
    large.describe(calibration=None)
    print(save_model(large, args.out))


if __name__ == "__main__":
    main()
