"""What 8 bits cost a model, its weights rounded one by one and by the filter.

    python benchmarks/rounding.py savedmodels/handypose_mediapipe_full_192.keras \
        --train coco:hands/train/all.json --held-out coco:hands/held_out/all.json \
        --images hands

Each way is exported as `int8`, calibrated on the same crops, and compared with the
float model on the held-out hands, plain crops. Prints a table for `docs/ablations.md`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from unittest import mock

from numpy.typing import NDArray

from handypose_tf.data import open_source
from handypose_tf.evaluation import Estimate
from handypose_tf.export import Quantization, export_litert, litert, open_calibration
from handypose_tf.export.equalization import equalize
from handypose_tf.export.float_network import FloatNetwork
from handypose_tf.export.pose_check import Checker
from handypose_tf.export.rounding import round_weights
from handypose_tf.files.tables import markdown_table
from handypose_tf.models import load_model

COLUMNS = ("int8", "keypoints moved by", "pck_box@0.2", "pck_box@0.1", "EPE")

WAYS: dict[str, tuple[Callable[..., None], ...]] = {
    "each weight to the nearest step": (),
    "the same, channels brought to one range": (equalize,),
    "filters rounded as a whole": (round_weights,),
    "**both** (`handypose export`)": (equalize, round_weights),
}


def preparation(steps: Collection[Callable[..., None]]) -> Callable[..., bytes]:
    """Return what takes the place of `prepare_weights`."""

    def prepare(content: bytes, pictures: NDArray, _kept: Collection[str]) -> bytes:
        network = FloatNetwork(content)
        for step in steps:
            step(network, pictures)
        return network.content()

    return prepare


def change(estimate: Estimate, factor: float, unit: str = "") -> str:
    """Tell a change and its 95 % interval."""
    value, low, high = (
        factor * x for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value:+.2f}{unit} [{low:+.2f}, {high:+.2f}]"


def main() -> None:
    """Export, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--train", required=True, help="hands to calibrate on")
    parser.add_argument("--held-out", required=True, help="hands to measure on")
    parser.add_argument("--images", help="folder of the pictures of both")
    args = parser.parse_args()
    model = load_model(args.model)
    training = open_source(args.train, images=args.images)
    quantization = Quantization(
        calibration=open_calibration(training, model.metadata())
    )
    checker = Checker(model, open_source(args.held_out, images=args.images))
    rows = []
    for way, steps in WAYS.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(litert, "prepare_weights", preparation(steps)),
        ):
            path = Path(folder) / "int8.tflite"
            export_litert(model, path, "int8", quantization=quantization)
            found = checker.check(path)
        assert found.accuracy is not None  # there are held-out hands
        pixels, changes = found.accuracy.model["epe"].value, found.accuracy.change
        shift = f"{found.parity.mean:.2f}, median {found.parity.median:.2f} px"
        points = [change(changes[f"pck_box@{share}"], 100) for share in (0.2, 0.1)]
        rows.append((way, shift, *points, change(changes["epe"], 100 / pixels, " %")))
    print(markdown_table(COLUMNS, rows))


if __name__ == "__main__":
    main()
