"""Select, predict, evaluate: the figures of a model on annotated hands, in one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from handypose_tf.data.readers import Reader
from handypose_tf.data.sample import Record
from handypose_tf.errors import ModelError
from handypose_tf.evaluation.coco_results import read_coco_results
from handypose_tf.evaluation.evaluate import evaluate, select_hands
from handypose_tf.evaluation.predict_hands import (
    Predictions,
    describe_crop,
    predict_hands,
)
from handypose_tf.evaluation.protocols import CropRule, Protocol, get_protocol
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.inference import HandPoseEstimator


class HandSet(NamedTuple):
    """The hands that models are measured on.

    Attributes:
        reader: Where they come from.
        records: Those that count.
    """

    reader: Reader
    records: Sequence[Record]


class Measured(NamedTuple):
    """A model's figures, and what it found.

    Attributes:
        evaluation: The figures.
        predictions: What they were computed from, of the hands that count, in order.
    """

    evaluation: Evaluation
    predictions: Predictions


def select_from(
    reader: Reader, *, min_size: float = 0.0, min_points: int = 1
) -> HandSet:
    """Choose the hands that count; see `select_hands`."""
    records = reader.records()
    return HandSet(
        reader, select_hands(records, min_size=min_size, min_points=min_points)
    )


def with_crop(
    protocol: Protocol | str, box: str | None = None, scale: float | None = None
) -> Protocol:
    """Return a protocol with another crop than its own, where one is asked for."""
    known = get_protocol(protocol) if isinstance(protocol, str) else protocol
    crop = CropRule(box or known.crop.box, scale or known.crop.scale)
    return replace(known, crop=crop)


def measure_model(
    model: str | os.PathLike[str] | HandPoseEstimator,
    hands: HandSet,
    protocol: Protocol | str,
    *,
    refine: bool = False,
    flip_test: bool = False,
    name: str | None = None,
) -> Measured:
    """Run a model on annotated hands, each in the protocol's crop, and measure it.

    Args:
        model: As for `HandPoseEstimator`, or one that is open.
        hands: The hands that count.
        protocol: A protocol or its name.
        refine: Of a model that is opened: look at each hand again, upright, as
            `HandPoseEstimator` does by itself.
        flip_test: Average the heatmaps of each crop and of its mirror image.
        name: What the model is called in tables; its file's name if `None`.

    Raises:
        ModelError: If the model cannot be used or finds other points than the hands'.
        DataError: If a picture cannot be read.
    """
    protocol = with_crop(protocol)
    if isinstance(model, str | os.PathLike):
        name = name or Path(model).name
        model = HandPoseEstimator(model, refine=refine)
    check_points(model.metadata.keypoint_names, hands.reader, name or str(model.path))
    found = predict_hands(model, hands.records, protocol.crop, flip_test=flip_test)
    crop = describe_crop(protocol.crop, model) + ", flip test" * flip_test
    return measure_predictions(found, hands, protocol, name or model.path.name, crop)


def check_points(names: Sequence[str], reader: Reader, model: str) -> None:
    """Refuse hands of other keypoints than a model finds.

    Raises:
        ModelError: If the reader's are others.
    """
    if tuple(names) != tuple(reader.keypoint_names):
        raise ModelError(
            f"{model}: finds {len(names)} points, {names[0]} to {names[-1]}, not the "
            f"{len(reader.keypoint_names)} of {reader}; train it on such points"
        )


def measure_results(
    path: Path, hands: HandSet, protocol: Protocol | str, *, name: str | None = None
) -> Measured:
    """Measure somebody's COCO results; names are looked for among all hands.

    Raises:
        DataError: If the file cannot be read or is of other hands.
    """
    every = [record for record in hands.reader.records() if record.is_hand]
    found = read_coco_results(path, every)
    places = {record.sample_id: index for index, record in enumerate(every)}
    chosen = [places[record.sample_id] for record in hands.records]
    ours = Predictions(found.keypoints[chosen], found.scores[chosen])
    return measure_predictions(ours, hands, protocol, name or path.name)


def measure_predictions(
    predictions: Predictions,
    hands: HandSet,
    protocol: Protocol | str,
    name: str,
    crop: str = "",
) -> Measured:
    """Measure what was found of the hands that count; see `evaluate`."""
    evaluation = evaluate(
        hands.records,
        predictions.keypoints,
        protocol,
        left_scores=predictions.left_scores,
        name=name,
        crop=crop,
        keypoint_names=hands.reader.keypoint_names,
    )
    return Measured(evaluation, predictions)
