"""Give a trained model the mean of its own and another run's weights for keypoints.

    python tools/weights/mean_points.py runs/d/last.keras runs/c/last.keras \
        --out mean.keras

Side and presence stay the first model's, or are the mean of its own and those of
`--heads`. All are of one preset, and one went on from the other; the heads for depth
and metres, which a run may lack, stay too and want fitting anew (graft.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.models import HandyPose, load_model, save_model

#: Beginnings of the names of layers that tell side and presence, depth and metres.
CROP, WORLD = ("crop", "handedness", "presence"), ("depth", "world")


def mean_points(
    model: HandyPose, other: HandyPose, heads: HandyPose | None = None
) -> None:
    """Put the mean into the first model."""
    for layer in model.layers:
        source = heads if layer.name.startswith(CROP) else other
        if source is None or layer.name.startswith(WORLD):
            continue
        further = source.get_layer(layer.name).get_weights()
        weights = zip(layer.get_weights(), further, strict=True)
        layer.set_weights([(own + theirs) / 2 for own, theirs in weights])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path, nargs=2)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--heads", type=Path, help="a run for side and presence")
    args = parser.parse_args()
    model, other = map(load_model, args.trained)
    mean_points(model, other, args.heads and load_model(args.heads))
    print(save_model(model, args.out))


if __name__ == "__main__":
    main()
