r"""Measure models on annotated hands: PCK, AUC and EPE under a named protocol.

Prints a table with 95 % intervals, and each joint's figures. Several models are
measured on the same hands and compared with the first. Each hand is given to a model as
its box; --crop-box and --crop-scale change the crop that the protocol asks for.

Example:
  handypose evaluate --model handypose_lite0 --data coco:hands/annotations.json \
    --protocol nsrm --min-size 48 --min-points 10 --plot pck.png --worst worst.png
  handypose evaluate --model a.keras --model a_int8.tflite --protocol agmn \
    --data cmu_panoptic:hand143_panopticdb:test --json figures.json
  handypose evaluate --predictions peer.json --data freihand:FreiHAND \
    --protocol mmpose
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.predict import parse_count
from handypose_tf.data import Reader, Record, open_source
from handypose_tf.errors import ModelError
from handypose_tf.evaluation import (
    PROTOCOLS,
    CropRule,
    Evaluation,
    Predictions,
    Protocol,
    compare,
    describe_crop,
    evaluate,
    get_protocol,
    heading,
    joint_table,
    predict_hands,
    read_coco_results,
    save_plot,
    score_table,
    select_hands,
    summarize,
    worst_sheet,
    write_coco_results,
)
from handypose_tf.evaluation.protocols import CROP_BOXES
from handypose_tf.files import write_json
from handypose_tf.images import write_image
from handypose_tf.inference import HandPoseEstimator

#: Arguments that the JSON file repeats.
_FACTS = ("data", "min_size", "min_points", "flip_test")


class _Source(NamedTuple):
    """Predictions to be measured, and what the model was shown."""

    predictions: Predictions
    crop: str


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
    parser.add_argument(
        "--data", required=True, metavar="FORMAT:PATH[:SPLIT]", help="annotated hands"
    )
    parser.add_argument("--protocol", required=True, choices=tuple(PROTOCOLS))
    _add_selection(parser.add_argument_group("what is measured on"))
    _add_outputs(parser.add_argument_group("what is written"))
    parser.set_defaults(usage_error=parser.error)


def _add_selection(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--min-size",
        type=_parse_pixels,
        default=0.0,
        metavar="PX",
        help="leave out hands whose tight box of visible points is shorter",
    )
    group.add_argument(
        "--min-points",
        type=parse_count,
        default=1,
        metavar="N",
        help="leave out hands with fewer visible points",
    )
    group.add_argument("--images", type=Path, metavar="DIR", help="folder of pictures")
    group.add_argument(
        "--on-error",
        choices=("fail", "skip"),
        default="fail",
        help="what to do with bad records (default: %(default)s)",
    )
    group.add_argument("--crop-box", choices=CROP_BOXES, help="box of the crop")
    group.add_argument(
        "--crop-scale",
        type=_parse_scale,
        metavar="X",
        help="side of the crop over the box's",
    )
    group.add_argument(
        "--flip-test",
        action="store_true",
        help="average heatmaps with those of the mirrored crop",
    )
    group.add_argument("--threads", type=parse_count, metavar="N", help="for .tflite")


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--json", type=Path, metavar="FILE", help="all figures")
    group.add_argument(
        "--plot", type=Path, metavar="FILE", help="PCK curves and joints"
    )
    group.add_argument(
        "--worst", type=Path, metavar="FILE", help="picture of the first's worst hands"
    )
    group.add_argument(
        "--save-predictions", type=Path, metavar="FILE", help="the first's, as JSON"
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print and write."""
    if not arguments.models and not arguments.predictions:
        arguments.usage_error("give --model or --predictions, or several of them")
    reader = open_source(
        arguments.data, on_error=arguments.on_error, images=arguments.images
    )
    records = select_hands(
        reader.records(), min_size=arguments.min_size, min_points=arguments.min_points
    )
    sources = _sources(arguments, reader, records)
    evaluations = [
        evaluate(
            records,
            source.predictions.keypoints,
            _protocol(arguments),
            left_scores=source.predictions.left_scores,
            name=name,
            crop=source.crop,
            keypoint_names=reader.keypoint_names,
        )
        for name, source in sources.items()
    ]
    first = next(iter(sources.values())).predictions
    _write_first(arguments, records, evaluations[0], first)
    _report(arguments, evaluations, _describe(reader, arguments))
    return 0


def _protocol(arguments: argparse.Namespace) -> Protocol:
    """Return the protocol, with the crop that was asked for in place of its own."""
    protocol = get_protocol(arguments.protocol)
    crop = CropRule(
        arguments.crop_box or protocol.crop.box,
        arguments.crop_scale or protocol.crop.scale,
    )
    return replace(protocol, crop=crop)


def _sources(
    arguments: argparse.Namespace, reader: Reader, records: Sequence[Record]
) -> dict[str, _Source]:
    """Return all predictions by the name of their file, or its path if two share it."""
    models, files = arguments.models, arguments.predictions
    found = [
        *(_run_model(model, arguments, reader, records) for model in models),
        *(_read(path, reader, records) for path in files),
    ]
    paths = [*models, *map(str, files)]
    names = [Path(path).name for path in paths]
    names = names if len(set(names)) == len(names) else paths
    return dict(zip(names, found, strict=True))


def _run_model(
    model: str,
    arguments: argparse.Namespace,
    reader: Reader,
    records: Sequence[Record],
) -> _Source:
    with quiet_native_log():
        estimator = HandPoseEstimator(model, arguments.threads)
    own = tuple(estimator.metadata.keypoint_names)
    if own != reader.keypoint_names:
        raise ModelError(
            f"{model}: finds {len(own)} points, {own[0]} to {own[-1]}, not the "
            f"{len(reader.keypoint_names)} of {reader}; train it on such points"
        )
    crop = _protocol(arguments).crop
    flip = arguments.flip_test
    found = predict_hands(estimator, records, crop, flip_test=flip)
    return _Source(found, describe_crop(crop, estimator) + ", flip test" * flip)


def _read(path: Path, reader: Reader, records: Sequence[Record]) -> _Source:
    """Read predictions; names are looked for among all hands, also those left out."""
    everything = [record for record in reader.records() if record.is_hand]
    found = read_coco_results(path, everything)
    places = {record.sample_id: index for index, record in enumerate(everything)}
    chosen = [places[record.sample_id] for record in records]
    chosen_ones = Predictions(found.keypoints[chosen], found.scores[chosen])
    return _Source(chosen_ones, "")


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
    arguments: argparse.Namespace,
    records: Sequence[Record],
    evaluation: Evaluation,
    predictions: Predictions,
) -> None:
    """Write what is made of the first model alone."""
    if arguments.worst:
        sheet = worst_sheet(evaluation, records, predictions.keypoints)
        write_image(arguments.worst, sheet)
    if arguments.save_predictions:
        write_coco_results(arguments.save_predictions, records, predictions)


def _parse_pixels(text: str) -> float:
    """Turn a length from 0 up into a float."""
    return _parse_number(text, lowest=0.0)


def _parse_scale(text: str) -> float:
    """Turn a scale of at least a tenth into a float."""
    return _parse_number(text, lowest=0.1)


def _parse_number(text: str, lowest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not lowest <= value < np.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {lowest:g} up")
    return value
