"""Give a model on MediaPipe's own encoder its heads for three dimensions.

    python tools/weights/add_world.py savedmodels/handypose_mediapipe_full_192.keras \
        --out full.keras

What is written has the same weights and MediaPipe's heads for depth and for points in
metres, as published: the encoder in front of them must be MediaPipe's, unchanged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from handypose_tf.models import HandyPose, handypose, load_model, save_model

#: Heads that are added, and a layer in front of them that tells whether they fit.
HEADS, BEFORE = ("depth", "world"), "top_depthwise"


def add_world(trained: HandyPose) -> HandyPose:
    """Return the model with MediaPipe's heads."""
    published = handypose(
        trained.description.preset,
        weights="mediapipe",
        image_size=trained.image_size,
        world=True,
    )
    own, theirs = (m.get_layer(BEFORE).get_weights() for m in (trained, published))
    if not all(map(np.array_equal, own, theirs)):
        raise SystemExit("the encoder was trained: the heads would not fit it")
    model = trained.rebuilt(world=True)
    for layer in model.layers:
        source = published if layer.name in HEADS else trained
        layer.set_weights(source.get_layer(layer.name).get_weights())
    return model


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(save_model(add_world(load_model(args.trained)), args.out))


if __name__ == "__main__":
    main()
