"""Put a trained model's waterfall, decoder and heatmaps on MediaPipe's own network.

    python tools/weights/graft.py runs/full_192_c/last.keras --out start.keras

What is written has MediaPipe's encoder and heads, as published, and the rest of the
model: where training goes on with what MediaPipe's network knows of the whole hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.models import HandyPose, handypose, load_model, save_model

#: Beginnings of the names of layers that are taken from the trained model.
TAKEN = ("waterfall", "decoder", "heatmaps")


def graft(trained: HandyPose) -> HandyPose:
    """Return a model of the same preset with MediaPipe's encoder and heads."""
    model = handypose(
        trained.description.preset,
        weights="mediapipe",
        image_size=trained.image_size,
        handedness=True,
        presence=True,
    )
    for layer in model.layers:
        if layer.name.startswith(TAKEN):
            layer.set_weights(trained.get_layer(layer.name).get_weights())
    return model


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(save_model(graft(load_model(args.trained)), args.out))


if __name__ == "__main__":
    main()
