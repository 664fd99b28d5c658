r"""Fine-tune MediaPipe's own hand landmark network on your photos.

python examples/retrain_mediapipe.py labelled/train.json \
    --validation labelled/val.json --out runs/mediapipe
python examples/retrain_mediapipe.py --smoke

Any number of keypoints: those behind MediaPipe's 21 are new. The epoch that is kept is
the best on the validation, or the network as it was where none is better.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from drawn_hands import write_coco
from tensorflow import keras

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.export.mediapipe_files import export_mediapipe
from handypose_tf.losses import CoordinateLoss
from handypose_tf.metrics.keypoint_metrics import box_sizes, pck, point_distances
from handypose_tf.models import mediapipe_hands, save_model

SIDE = 224

CHANGES = Augmentation(
    rotation=60, scale=0.15, shift=0.05, mirror=0.5, brightness=20, contrast=0.3,
    gamma=0.2, tint=0.08, blur=0.2, noise=0.2, erase=0.2,
)  # fmt: skip

#: What is trained -> the beginnings of its layers' names: the heads, also the blocks
#: behind stride 16, or all. Nothing has a batch norm, so batches may be small.
TRAINED = {
    "heads": r"top_",
    "last": r"top_|block1[1-4]_",
    "all": r"",
}


def open_pipeline(path: Path, batch_size: int, *, train: bool) -> HandPipeline:
    """Return crops of the hands in a COCO file."""
    return HandPipeline(
        readers=[open_source(f"coco:{path}")],
        image_size=(SIDE, SIDE),
        batch_size=batch_size,
        augmentation=CHANGES if train else PLAIN,
        shuffle=train,
        drop_remainder=False,
    )


def batches(pipeline: HandPipeline, epoch: int = 0) -> tf.data.Dataset:
    """Return an epoch's crops, and their points under the name of the output."""

    def rename(image: Any, truth: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return tf.cast(image, tf.float32), {"landmarks": truth["heatmaps"]}

    return pipeline.batches(epoch).map(rename)


def measure(model: keras.Model, pipeline: HandPipeline) -> float:
    """Return the share of points within .2 of the hand's box of their truth."""
    found, truth = [], []
    for image, target in batches(pipeline):
        truth.append(target["landmarks"].numpy())
        flat = np.asarray(model(image, training=False)["landmarks"])
        found.append(flat.reshape(*truth[-1].shape[:2], 3)[..., :2])
    true = np.concatenate(truth)
    distances = point_distances(np.concatenate(found), true[..., :2])
    sizes = box_sizes(true[..., :2], true[..., 2])
    return float(pck(distances, true[..., 2], sizes=sizes, thresholds=[0.2])[0])


def retrain(args: argparse.Namespace) -> None:
    """Fine-tune, keep the best, and write it in both forms."""
    training = open_pipeline(args.data, args.batch_size, train=True)
    validation = open_pipeline(args.validation, args.batch_size, train=False)
    names: Sequence[str] = training.readers[0].keypoint_names
    keras.utils.set_random_seed(0)
    model = mediapipe_hands(len(names), args.variant)
    for layer in model.layers:
        layer.trainable &= bool(re.match(TRAINED[args.train], layer.name))
    model.compile(
        keras.optimizers.Adam(args.learning_rate), {"landmarks": CoordinateLoss()}
    )
    best, weights = measure(model, validation), model.get_weights()
    print(f"before: {best:.3f} of the points within .2 of the hand's box")
    for epoch in range(args.epochs):
        model.fit(batches(training, epoch), verbose=0)
        score = measure(model, validation)
        print(f"epoch {epoch + 1}: {score:.3f}")
        if score > best:
            best, weights = score, model.get_weights()
    model.set_weights(weights)
    saved = save_model(model, args.out / "hand.keras")
    export_mediapipe(
        model,
        args.out / "hand.tflite",
        keypoint_names=names,
        training_data=f"MediaPipe Hands, fine-tuned on {args.data.name}",
        licence="Apache-2.0, and that of the photos",
    )
    print(f"best {best:.3f}: {saved} and hand.tflite")


def parse() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", help="a COCO file with keypoints")
    parser.add_argument("--validation", type=Path, help="another such file")
    parser.add_argument("--out", type=Path, default=Path("runs/mediapipe"))
    parser.add_argument("--variant", choices=("full", "lite"), default="full")
    parser.add_argument("--train", choices=TRAINED, default="last")
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--smoke", action="store_true", help="a minute, on drawn hands")
    return parser


def main() -> None:
    """Run as the command line says."""
    parser = parse()
    args = parser.parse_args()
    if not args.smoke and not (args.data and args.validation):
        parser.error("name the data and --validation, or try --smoke")
    with tempfile.TemporaryDirectory() as scratch:
        if args.smoke:
            args.data = args.validation = write_coco(Path(scratch) / "hands", count=4)
            args.out = Path(scratch)
            args.variant, args.train, args.epochs, args.batch_size = (
                "lite",
                "heads",
                1,
                4,
            )
        retrain(args)


if __name__ == "__main__":
    main()
