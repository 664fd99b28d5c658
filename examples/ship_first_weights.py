"""Turn the weights of `train_first_weights.py` into the files of `savedmodels/`.

python examples/ship_first_weights.py runs/first/ema_192.weights.h5 savedmodels
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from handypose_tf.export import export_litert
from handypose_tf.files import write_json
from handypose_tf.models import handypose, load_weights, save_model

LICENCE = "Apache-2.0"

TRAINING_DATA = (
    "5,912 hands in photos with permissive licences (Apache-2.0, public domain, MIT, "
    "CC BY 4.0 as stated by uploaders), labelled by MediaPipe Hands full 0.10.14; "
    "EfficientNet-Lite0 pre-trained on ImageNet"
)

#: By `handypose evaluate`; docs/models/handypose_lite0.md has protocol and intervals.
ACCURACY = {"pck_box@0.2, 26 human-labelled hands": 0.668}


def main() -> None:
    """Write the `.keras` file, the `.tflite` file and the checksums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=192)
    args = parser.parse_args()
    model = handypose("handypose_lite0", image_size=args.size)
    load_weights(model, args.weights)
    model.trainable = True
    model.describe(
        trained=True, licence=LICENCE, training_data=TRAINING_DATA, accuracy=ACCURACY
    )
    stem = f"handypose_lite0_{args.size}"
    files = [
        save_model(model, args.out / f"{stem}.keras"),
        export_litert(model, args.out / f"{stem}_float32.tflite", heatmaps=True),
    ]
    card = model.metadata().to_dict() | {
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        },
        "page": "docs/models/handypose_lite0.md",
    }
    write_json(args.out / f"{stem}.card.json", card)
    for path in files:
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
