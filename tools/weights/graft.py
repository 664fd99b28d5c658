"""Join a trained model with MediaPipe's own network, as published.

    python tools/weights/graft.py runs/full_192_c/last.keras --out start.keras
    python tools/weights/graft.py savedmodels/handypose_mediapipe_full_192.keras \
        --world --out world.keras
    python tools/weights/graft.py runs/full_192_j/last.keras --world --hands hands \
        --out world.keras

What is written has MediaPipe's encoder and heads, and the model's waterfall, decoder
and heatmaps: where training goes on with what MediaPipe's network knows of the whole
hand. With `--world` it is the model and MediaPipe's heads for depth and for points in
metres. Where the encoder was trained they are fitted to it first: as little changed as
makes them say, on crops of the training's `--hands`, what MediaPipe's network says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.models import HandyPose, handypose, load_model, save_model
from handypose_tf.tasks.world_heads import WORLD_HEADS, fit_world_heads

#: Beginnings of the names of layers that are taken from the trained model.
TAKEN = ("waterfall", "decoder", "heatmaps")

#: The layer that tells whether heads for three dimensions fit.
BEFORE = "top_depthwise"

#: Crops that heads are fitted on, and how they are changed: about as the looks of
#: `predict` differ.
CROPS = 6400
CHANGES = Augmentation(rotation=60, scale=0.15, shift=0.06, mirror=0.5)


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


def add_world(trained: HandyPose, hands: Path | None = None) -> HandyPose:
    """Return the model with MediaPipe's heads for three dimensions.

    Args:
        trained: The model.
        hands: The training's hands, by `prepare_data.py`; for a trained encoder.
    """
    source = published(trained, world=True)
    own, theirs = (m.get_layer(BEFORE).get_weights() for m in (trained, source))
    model = trained.rebuilt(world=True)
    for layer in model.layers:
        origin = source if layer.name in WORLD_HEADS else trained
        layer.set_weights(origin.get_layer(layer.name).get_weights())
    if not all(map(np.array_equal, own, theirs)):
        if hands is None:
            raise SystemExit("the encoder was trained: fit the heads, with --hands")
        fit_world(model, source, hands)
    return model


def fit_world(model: HandyPose, source: HandyPose, hands: Path) -> None:
    """Let the heads say of the model's features what MediaPipe's say of theirs."""
    readers = [
        open_source(f"coco:{hands / 'train' / name}.json", images=hands)
        for name in ("all", "people_photos")
    ]
    pipeline = HandPipeline.for_model(model, readers, 1, augmentation=CHANGES)
    for name, fit in fit_world_heads(model, source, pipeline, CROPS).items():
        print(f"{name}: off by {fit.before:.4f}, fitted {fit.after:.4f}")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--world", action="store_true", help="add heads, graft nothing")
    parser.add_argument("--hands", type=Path, help="to fit them on")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    trained = load_model(args.trained)
    model = add_world(trained, args.hands) if args.world else graft(trained)
    print(save_model(model, args.out))


if __name__ == "__main__":
    main()
