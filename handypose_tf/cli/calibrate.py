"""Make a model's scores chances: how likely is each keypoint right?

A keypoint is right if it is nearer to the truth than a tenth of the longer side of the
hand's box. Two numbers are fitted on labelled hands that the model was not trained on;
they go into the model, and from there into every file that is exported from it.

Example:
  handypose calibrate runs/own/best.keras --data coco:photos/val.json --out hand.keras \
    --plot reliability.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.errors import OutputError
from handypose_tf.files import write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose calibrate` takes."""
    parser.add_argument("model", metavar="MODEL", help=".keras file")
    parser.add_argument(
        "--data",
        required=True,
        action="append",
        metavar="FORMAT:PATH[:SPLIT]",
        help="labelled hands to fit on; repeatable",
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of pictures")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE.keras", help="file to write"
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="picture of scores and shares"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures")


def run(arguments: argparse.Namespace) -> int:
    """Fit, write the model, and say what it does to the hands that were given."""
    from handypose_tf.data import open_source
    from handypose_tf.evaluation.calibration import (
        fit_calibration,
        measure_reliability,
        score_points,
    )
    from handypose_tf.evaluation.evaluate import select_hands
    from handypose_tf.evaluation.plots import save_reliability_plot
    from handypose_tf.inference import HandPoseEstimator
    from handypose_tf.models import load_model, save_model

    if arguments.out.suffix != ".keras" or not arguments.model.endswith(".keras"):
        raise OutputError(
            f"{arguments.model}, {arguments.out}: both must end with .keras; a .tflite "
            "is exported again from the new file"
        )
    records = select_hands(
        [
            record
            for source in arguments.data
            for record in open_source(source, images=arguments.images).records()
        ]
    )
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model)
    peaks, is_right = score_points(estimator, records)
    calibration = fit_calibration(peaks, is_right)
    model = load_model(estimator.path)
    model.describe(calibration=[round(value, 4) for value in calibration])
    save_model(model, arguments.out)
    curves = {
        "peak": measure_reliability(peaks, is_right),
        "calibrated": measure_reliability(calibration(peaks), is_right),
    }
    say(
        f"{arguments.out}: score = sigmoid({calibration.slope:.2f} x peak "
        f"{calibration.offset:+.2f}), fitted on {len(peaks)} keypoints of "
        f"{len(records)} hands"
    )
    errors = " -> ".join(f"{curve.error:.3f}" for curve in curves.values())
    say(f"expected calibration error on them: {errors}")
    if arguments.plot:
        save_reliability_plot(arguments.plot, curves)
    if arguments.json:
        found = {name: curve.to_dict() for name, curve in curves.items()}
        write_json(arguments.json, {"calibration": [*calibration], **found})
    return 0
