"""Run the shipped model on the shipped picture, offline, and measure its error.

Prints the 21 keypoints beside the true ones and writes hand.jpg (annotated),
heatmaps.jpg and hands.json.

Example:
  handypose demo
  handypose demo --out /tmp/demo
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.files import write_json
from handypose_tf.files.tables import format_table
from handypose_tf.geometry import tight_box
from handypose_tf.images import write_image
from handypose_tf.images.demo_picture import DemoPicture
from handypose_tf.images.drawing import draw_heatmaps
from handypose_tf.inference.estimator import DEFAULT_MODEL, HandPoseEstimator
from handypose_tf.inference.hand_pose import HandPose


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose demo` takes."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="preset, shipped file, .tflite or .keras file (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("handypose_demo"),
        metavar="DIR",
        help="folder of the results (default: %(default)s/)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Predict the shipped picture, print the table, write the three files."""
    picture = DemoPicture.read()
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model)
    hands = estimator.predict(picture.path, [picture.box])
    say(report(picture, hands[0], estimator.metadata.keypoint_names))
    written = [
        hands.save(arguments.out / "hand.jpg"),
        *_write_heatmaps(arguments.out / "heatmaps.jpg", estimator, picture),
        write_json(arguments.out / "hands.json", [hands.to_dict()]),
    ]
    say(f"wrote {', '.join(map(str, written))} (model: {estimator.path.name})")
    return 0


def report(picture: DemoPicture, hand: HandPose, names: tuple[str, ...]) -> str:
    """Return the table of keypoints and the line of the mean error."""
    errors = np.linalg.norm(hand.keypoints - picture.keypoints, axis=1)
    measured = picture.visibility > 0
    rows = [
        [name, f"{x:.1f}", f"{y:.1f}", f"{score:.2f}", f"{error:.1f}" if seen else "-"]
        for name, (x, y), score, error, seen in zip(
            names, hand.keypoints, hand.scores, errors, measured, strict=True
        )
    ]
    table = format_table(["keypoint", "x", "y", "score", "error px"], rows)
    mean = float(errors[measured].mean())
    size = float(tight_box(picture.keypoints, picture.visibility)[2:].max())
    return (
        f"{table}\nmean error {mean:.1f} px, {mean / size:.3f} of the hand's size "
        f"({size:.0f} px)"
    )


def _write_heatmaps(
    path: Path, estimator: HandPoseEstimator, picture: DemoPicture
) -> list[Path]:
    """Write the overlay; nothing where the model's file gives no heatmaps."""
    found = estimator.heatmaps(picture.image, picture.box)
    if found is None:
        say(f"no {path.name}: {estimator.path.name} gives keypoints only")
        return []
    return [write_image(path, draw_heatmaps(picture.image, *found))]
