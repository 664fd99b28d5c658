r"""Measure models on annotated hands: PCK, AUC and EPE under a named protocol.

Prints a table with 95 % intervals, and each joint's figures. Several models are
measured on the same hands and compared with the first. Each hand is given to a model as
its box; --crop-box and --crop-scale change the crop that the protocol asks for.

A hand detector is measured on the whole photos: how many of their hands it finds, by
how many false alarms a photo that costs. With --pose, the keypoints of what it found
are measured too, as `handypose predict` finds them.

Example:
  handypose evaluate --model handypose_lite0 --data coco:hands/annotations.json \
    --protocol nsrm --min-size 48 --min-points 10 --plot pck.png --worst worst.png
  handypose evaluate --model a.keras --model a_int8.tflite --protocol agmn \
    --data cmu_panoptic:hand143_panopticdb:test --json figures.json
  handypose evaluate --predictions peer.json --data freihand:FreiHAND \
    --protocol mmpose
  handypose evaluate --model handypose_detector --data coco:photos/annotations.json \
    --min-size 48 --pose handypose_lite0
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.options import (
    add_count,
    add_data,
    add_file,
    add_flag,
    add_images,
    add_on_error,
    add_threads,
    number_parser,
    short_names,
)
from handypose_tf.data import Reader, open_source
from handypose_tf.evaluation import (
    PROTOCOLS,
    Evaluation,
    compare,
    joint_table,
    save_plot,
    score_table,
    summarize,
    worst_sheet,
    write_coco_results,
)
from handypose_tf.evaluation.measure import (
    HandSet,
    Measured,
    measure_model,
    measure_results,
    select_from,
    with_crop,
)
from handypose_tf.evaluation.protocols import CROP_BOXES
from handypose_tf.evaluation.tables import heading
from handypose_tf.files import write_json
from handypose_tf.images import write_image
from handypose_tf.inference import HandPoseEstimator

#: Arguments that the JSON file repeats.
_FACTS = ("data", "min_size", "min_points", "refine", "flip_test")

#: What models are measured at.
TASKS = ("pose", "detector")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose evaluate` takes."""
    parser.add_argument(
        "--model",
        dest="models",
        metavar="MODEL",
        action="append",
        default=[],
        help="preset, shipped file, .keras or .tflite file; repeat to compare",
    )
    parser.add_argument(
        "--predictions",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="COCO results of somebody's model; repeat to compare",
    )
    add_data(parser, "annotated hands")
    parser.add_argument("--protocol", choices=tuple(PROTOCOLS), help="of a pose model")
    parser.add_argument(
        "--task", choices=TASKS, help="default: what the first model is made for"
    )
    _add_selection(parser.add_argument_group("what is measured on"))
    _add_crop(parser.add_argument_group("how a pose model is run"))
    _add_detector(parser.add_argument_group("how a detector is run"))
    _add_outputs(parser.add_argument_group("what is written"))
    parser.set_defaults(usage_error=parser.error)


def _add_selection(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--min-size",
        type=number_parser(0.0),
        default=0.0,
        metavar="PX",
        help="leave out hands whose tight box of visible points is shorter",
    )
    add_count(group, "--min-points", "leave out hands with fewer visible points", 1)
    add_images(group)
    add_on_error(group)
    add_threads(group, "for .tflite")


def _add_crop(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--crop-box", choices=CROP_BOXES, help="box of the crop")
    group.add_argument(
        "--crop-scale",
        type=number_parser(0.1, 20.0),
        metavar="X",
        help="side of the crop over the box's",
    )
    again = group.add_mutually_exclusive_group()
    add_flag(
        again, "--refine", "look at each hand again, turned upright, as `predict` does"
    )
    add_flag(again, "--flip-test", "average heatmaps with those of the mirrored crop")


def _add_detector(group: argparse._ArgumentGroup) -> None:
    add_count(group, "--levels", "how closely it looks, as in `predict`", default=1)
    group.add_argument(
        "--pose", metavar="MODEL", help="pose model to find the keypoints with too"
    )


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    add_file(group, "--json", "all figures")
    add_file(group, "--plot", "PCK curves and joints")
    add_file(group, "--worst", "picture of the first's worst hands")
    add_file(group, "--save-predictions", "the first's, as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print and write."""
    from handypose_tf.cli.evaluate_detector import evaluate_detectors, is_detector

    if not arguments.models and not arguments.predictions:
        arguments.usage_error("give --model or --predictions, or several of them")
    task = arguments.task
    if task == "detector" or (task is None and is_detector(arguments.models)):
        return evaluate_detectors(arguments)
    if arguments.protocol is None:
        arguments.usage_error(f"give --protocol, one of {', '.join(PROTOCOLS)}")
    reader = open_source(
        arguments.data, on_error=arguments.on_error, images=arguments.images
    )
    hands = select_from(
        reader, min_size=arguments.min_size, min_points=arguments.min_points
    )
    found = _measure(arguments, hands)
    _write_first(arguments, hands, found[0])
    _report(
        arguments, [each.evaluation for each in found], _describe(reader, arguments)
    )
    return 0


def _measure(arguments: argparse.Namespace, hands: HandSet) -> list[Measured]:
    """Measure all by the names of their files, or by their paths if two share one."""
    models, files = arguments.models, arguments.predictions
    protocol = with_crop(arguments.protocol, arguments.crop_box, arguments.crop_scale)
    names = short_names([*models, *map(str, files)])
    found = []
    for model, name in zip(models, names, strict=False):
        with quiet_native_log():
            estimator = HandPoseEstimator(
                model, arguments.threads, refine=arguments.refine
            )
        flip = arguments.flip_test
        found.append(
            measure_model(estimator, hands, protocol, flip_test=flip, name=name)
        )
    for path, name in zip(files, names[len(models) :], strict=True):
        found.append(measure_results(path, hands, protocol, name=name))
    return found


def _describe(reader: Reader, arguments: argparse.Namespace) -> str:
    size, points = arguments.min_size, arguments.min_points
    count = sum(record.is_hand for record in reader.records())
    rule = f"those of at least {size:g} px with at least {points} visible points"
    return f"{reader}\nof {count} hands {rule if size or points > 1 else 'all'}"


def _report(
    arguments: argparse.Namespace, evaluations: Sequence[Evaluation], data: str
) -> None:
    """Write figures and plot, then print the tables: a closed pipe loses no file."""
    differences = [compare(evaluations[0], other) for other in evaluations[1:]]
    if arguments.json:
        facts = {name: getattr(arguments, name) for name in _FACTS}
        write_json(arguments.json, facts | summarize(evaluations, differences))
    if arguments.plot:
        save_plot(arguments.plot, evaluations, data)
    say(f"{data}\n{heading(evaluations[0])}\n")
    say(score_table(evaluations, differences))
    for evaluation in evaluations:
        if evaluation.handedness:
            say(f"\n{evaluation.name}: {evaluation.handedness}")
    for evaluation in evaluations:
        say(f"\n{joint_table(evaluation)}")


def _write_first(
    arguments: argparse.Namespace, hands: HandSet, first: Measured
) -> None:
    """Write what is made of the first model alone."""
    records, found = hands.records, first.predictions
    if arguments.worst:
        sheet = worst_sheet(
            first.evaluation, records, found.keypoints, hands.reader.skeleton
        )
        write_image(arguments.worst, sheet)
    if arguments.save_predictions:
        write_coco_results(arguments.save_predictions, records, found)
