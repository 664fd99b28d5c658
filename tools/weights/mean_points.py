"""Give a trained model the mean of its own and another run's weights for keypoints.

    python tools/weights/mean_points.py runs/d/last.keras runs/c/last.keras \
        --out mean.keras

Side and presence stay the first model's, but with `--whole`. Both are of one preset,
and one went on from the other.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.models import HandyPose, load_model, save_model

#: Beginnings of the names of layers that tell side and presence.
OTHERS = ("crop", "handedness", "presence")


def mean_points(model: HandyPose, other: HandyPose, whole: bool = False) -> None:
    """Put the mean into the first model."""
    for layer in model.layers:
        if whole or not layer.name.startswith(OTHERS):
            weights = zip(
                layer.get_weights(),
                other.get_layer(layer.name).get_weights(),
                strict=True,
            )
            layer.set_weights([(own + further) / 2 for own, further in weights])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path, nargs=2)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--whole", action="store_true", help="of all weights")
    args = parser.parse_args()
    model, other = map(load_model, args.trained)
    mean_points(model, other, args.whole)
    print(save_model(model, args.out))


if __name__ == "__main__":
    main()
