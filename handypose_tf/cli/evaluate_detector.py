"""`handypose evaluate` of hand detectors, on whole photos."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from handypose_tf.cli.console import progress, quiet_native_log, say
from handypose_tf.cli.options import short_names
from handypose_tf.data import Record, open_source
from handypose_tf.errors import HandyPoseError
from handypose_tf.evaluation.bootstrap import Estimate
from handypose_tf.evaluation.evaluate import select_hands
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    FindingResult,
    LabelledPhoto,
    as_finds,
    find_in_photos,
    labelled_photos,
    measure_finding,
)
from handypose_tf.evaluation.whole_photos import WholePhotoScore, measure_whole_photos
from handypose_tf.files import write_json
from handypose_tf.files.file_kind import DETECTOR_CLASS, keras_class
from handypose_tf.files.tables import format_table
from handypose_tf.images import read_image
from handypose_tf.inference import HandDetector, HandPoseEstimator
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import find_model

#: Arguments that the JSON file repeats.
_FACTS = ("data", "min_size", "min_points", "levels", "pose")

#: Options that say how a pose model is measured.
_OF_POSE = ("protocol", "crop_box", "crop_scale", "flip_test", "predictions")


def is_detector(models: Sequence[str]) -> bool:
    """Tell whether the first of the models finds hands, and no keypoints."""
    if not models:
        return False
    try:
        path = find_model(models[0])
        if path.suffix == ".keras":
            return keras_class(path) == DETECTOR_CLASS
        return read_metadata(path).kind == "detector"
    except HandyPoseError:
        return False  # whoever opens it says what is wrong


def evaluate_detectors(arguments: argparse.Namespace) -> int:
    """Measure, print and write."""
    if not arguments.models:
        arguments.usage_error("--task detector needs --model, a detector")
    if given := [name for name in _OF_POSE if getattr(arguments, name)]:
        option = f"--{given[0].replace('_', '-')}"
        arguments.usage_error(
            f"{option} is for pose models, and {arguments.models[0]} is a detector"
        )
    source = {"on_error": arguments.on_error, "images": arguments.images}
    records = [r for r in open_source(arguments.data, **source).records() if r.is_hand]
    photos = labelled_photos(records, min_size=arguments.min_size)
    num_hands = sum(len(photo.truth) for photo in photos)
    size = f" of at least {arguments.min_size:g} px" * bool(arguments.min_size)
    say(f"{arguments.data}\n{len(photos)} photos, {num_hands} hands{size}\n")
    models = [*dict.fromkeys(arguments.models)]
    names = short_names(models)
    found = {
        name: _measure_detector(model, photos, arguments)
        for name, model in zip(names, models, strict=True)
    }
    header = ["hands found, %", *found]
    say(format_table(header, _finding_rows([*found.values()])))
    facts: dict[str, Any] = {name: getattr(arguments, name) for name in _FACTS}
    facts["finding"] = {name: result.to_dict() for name, result in found.items()}
    if arguments.pose:
        scores = {
            name: _measure_pose(model, records, arguments)
            for name, model in zip(found, models, strict=True)
        }
        say(f"\nwith {arguments.pose}, as `handypose predict` finds them:")
        say(format_table(["", *scores], _pose_rows([*scores.values()])))
        facts["keypoints"] = {name: score.to_dict() for name, score in scores.items()}
    if arguments.json:
        write_json(arguments.json, facts)
    return 0


def _measure_detector(
    model: str, photos: Sequence[LabelledPhoto], arguments: argparse.Namespace
) -> FindingResult:
    detector = _open(model, arguments, min_score=LOWEST_SCORE)
    found = find_in_photos(
        lambda image: as_finds(detector.detect(image)),
        progress(photos, "photo"),
    )
    return measure_finding(found)


def _measure_pose(
    model: str, records: Sequence[Record], arguments: argparse.Namespace
) -> WholePhotoScore:
    with quiet_native_log():
        estimator = HandPoseEstimator(
            arguments.pose, arguments.threads, detector=_open(model, arguments)
        )
    measured = select_hands(
        records, min_size=arguments.min_size, min_points=arguments.min_points
    )
    photos = sorted({record.image_path for record in measured})
    found = {
        photo: [hand.keypoints for hand in estimator.predict(read_image(photo))]
        for photo in progress(photos, "photo")
    }
    return measure_whole_photos(found, measured, records)


def _open(model: str, arguments: argparse.Namespace, **options: Any) -> HandDetector:
    levels = arguments.levels
    with quiet_native_log():
        return HandDetector(model, arguments.threads, levels=levels, **options)


def _finding_rows(results: Sequence[FindingResult]) -> list[list[str]]:
    rows = []
    for alarms in results[0].recalls:
        found = [_percent(result.recalls[alarms]) for result in results]
        thresholds = [result.threshold(alarms) for result in results]
        scores = ["-" if least is None else f"{least:.3f}" for least in thresholds]
        label = f"{alarms:g} false alarm{'s' * (alarms != 1)} a photo"
        rows += [[f"at {label}", *found], ["  score from", *scores]]
    return rows


def _pose_rows(scores: Sequence[WholePhotoScore]) -> list[list[str]]:
    parts = {
        "pck_box@0.2, a hand not found is wrong, %": "pck",
        "of the hands found, %": "pck_found",
        "hands found, %": "found",
    }
    rows = [
        [label, *(_percent(getattr(score, name)) for score in scores)]
        for label, name in parts.items()
    ]
    alarms = [f"{score.false_alarms:.2f}" for score in scores]
    return [*rows, ["false alarms a photo", *alarms]]


def _percent(estimate: Estimate) -> str:
    values = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{100 * each:.1f}" for each in values)
    return f"{value} [{low}, {high}]"
