"""Make a model's scores chances: how likely is each keypoint right, is this a hand?

A keypoint is right if it is nearer to the truth than a tenth of the longer side of the
hand's box. Two numbers are fitted on labelled hands that the model was not trained on;
they go into the model, and from there into every file that is exported from it.

The presence of a model that tells it is fitted apart, on the same hands and on places
without one (`"no_hand": true` in a COCO file); without such places it stays as it is.

Example:
  handypose calibrate runs/own/best.keras --data coco:photos/val.json --out hand.keras \
    --plot reliability.png
"""

from __future__ import annotations

import argparse

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.options import add_data, add_file, add_images, add_out
from handypose_tf.errors import OutputError
from handypose_tf.files import write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose calibrate` takes."""
    parser.add_argument("model", metavar="MODEL", help=".keras file")
    add_data(parser, "labelled hands to fit on; repeatable", several=True)
    add_images(parser)
    add_out(parser, "FILE.keras", "file to write")
    add_file(parser, "--plot", "picture of scores and shares")
    add_file(parser, "--json", "all figures")


def run(arguments: argparse.Namespace) -> int:
    """Fit, write the model, and say what it does to the hands that were given."""
    with quiet_native_log():
        from handypose_tf.data import open_source
        from handypose_tf.evaluation.calibrate import calibrate_model
        from handypose_tf.evaluation.evaluate import select_hands
        from handypose_tf.evaluation.plots import save_reliability_plot
        from handypose_tf.evaluation.presence import calibrate_presence
        from handypose_tf.inference import HandPoseEstimator
        from handypose_tf.models import save_model

    if arguments.out.suffix != ".keras" or not arguments.model.endswith(".keras"):
        raise OutputError(
            f"{arguments.model}, {arguments.out}: both must end with .keras; a .tflite "
            "is exported again from the new file"
        )
    sources = [open_source(name, images=arguments.images) for name in arguments.data]
    places = [record for source in sources for record in source.records()]
    records = select_hands(places)
    presence = None
    with quiet_native_log():
        found = calibrate_model(arguments.model, records)
        if found.model.has_presence and any(not place.is_hand for place in places):
            estimator = HandPoseEstimator(arguments.model, detector=None, refine=False)
            presence = calibrate_presence(found.model, estimator, places)
    save_model(found.model, arguments.out)
    slope, offset = found.calibration
    say(
        f"{arguments.out}: score = sigmoid({slope:.2f} x peak {offset:+.2f}), fitted "
        f"on {found.num_points} keypoints of {len(records)} hands"
    )
    say(
        "expected calibration error on them: "
        f"{found.before.error:.3f} -> {found.after.error:.3f}"
    )
    if presence is not None:
        say(
            f"presence: fitted on {presence.num_hands} hands and {presence.num_others} "
            "places without one; expected calibration error "
            f"{presence.before.error:.3f} -> {presence.after.error:.3f}"
        )
    elif found.model.has_presence:
        say(
            "presence stays as it is: the data mark no places without a hand "
            '("no_hand": true)'
        )
    curves = {"peak": found.before, "calibrated": found.after}
    if arguments.plot:
        save_reliability_plot(arguments.plot, curves)
    if arguments.json:
        figures = {name: curve.to_dict() for name, curve in curves.items()}
        if presence is not None:
            figures["presence"] = presence.to_dict()
        write_json(arguments.json, {"calibration": [slope, offset], **figures})
    return 0
