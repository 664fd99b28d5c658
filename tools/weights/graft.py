"""Join a trained model with MediaPipe's own network, as published.

    python tools/weights/graft.py runs/full_192_c/last.keras --out start.keras
    python tools/weights/graft.py savedmodels/handypose_mediapipe_full_192.keras \
        --world --out world.keras

What is written has MediaPipe's encoder and heads, and the model's waterfall, decoder
and heatmaps: where training goes on with what MediaPipe's network knows of the whole
hand. With `--world` it is the model, whose encoder must be MediaPipe's, unchanged, and
MediaPipe's heads for depth and for points in metres.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from handypose_tf.models import HandyPose, handypose, load_model, save_model

#: Beginnings of the names of layers that are taken from the trained model.
TAKEN = ("waterfall", "decoder", "heatmaps")

#: Heads for three dimensions, and the layer in front that tells whether they fit.
WORLD, BEFORE = ("depth", "world"), "top_depthwise"


def published(trained: HandyPose, *, world: bool = False) -> HandyPose:
    """Return a model of the same preset with MediaPipe's encoder and heads."""
    return handypose(
        trained.description.preset,
        weights="mediapipe",
        image_size=trained.image_size,
        handedness=True,
        presence=True,
        world=world,
    )


def graft(trained: HandyPose) -> HandyPose:
    """Return MediaPipe's network with the model's waterfall, decoder and heatmaps."""
    model = published(trained)
    for layer in model.layers:
        if layer.name.startswith(TAKEN):
            layer.set_weights(trained.get_layer(layer.name).get_weights())
    return model


def add_world(trained: HandyPose) -> HandyPose:
    """Return the model with MediaPipe's heads for three dimensions."""
    source = published(trained, world=True)
    own, theirs = (m.get_layer(BEFORE).get_weights() for m in (trained, source))
    if not all(map(np.array_equal, own, theirs)):
        raise SystemExit("the encoder was trained: the heads would not fit it")
    model = trained.rebuilt(world=True)
    for layer in model.layers:
        origin = source if layer.name in WORLD else trained
        layer.set_weights(origin.get_layer(layer.name).get_weights())
    return model


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--world", action="store_true", help="add heads, graft nothing")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    join = add_world if args.world else graft
    print(save_model(join(load_model(args.trained)), args.out))


if __name__ == "__main__":
    main()
