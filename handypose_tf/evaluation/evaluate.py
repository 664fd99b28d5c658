"""From annotated hands and predicted keypoints to figures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation.bootstrap import DEFAULT_RESAMPLES, Estimate, bootstrap
from handypose_tf.evaluation.hand_errors import HandErrors, figures
from handypose_tf.evaluation.handedness import measure_handedness
from handypose_tf.evaluation.protocols import Protocol, get_protocol
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.geometry import tight_box
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.metrics import point_distances, reference_sizes


def select_hands(
    records: Sequence[Record], *, min_size: float = 0.0, min_points: int = 1
) -> list[Record]:
    """Keep the hands that are large and complete enough to be measured on.

    Args:
        records: Annotated hands.
        min_size: Least longer side of the tight box of the visible points, pixels.
        min_points: Least number of visible points.

    Raises:
        DataError: If none is left.
    """
    kept = [
        record
        for record in records
        if record.is_hand
        and np.count_nonzero(record.visibility) >= min_points
        and tight_box(record.keypoints, record.visibility)[2:].max() >= min_size
    ]
    if not kept:
        raise DataError(
            f"none of {len(records)} hands has {min_points} visible points and a box "
            f"of {min_size:g} px; lower the minimum size or number of points"
        )
    return kept


def evaluate(
    records: Sequence[Record],
    predictions: ArrayLike,
    protocol: Protocol | str,
    *,
    left_scores: ArrayLike | None = None,
    name: str = "model",
    crop: str = "",
    keypoint_names: Sequence[str] = KEYPOINT_NAMES,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> Evaluation:
    """Measure predicted keypoints against the annotated ones.

    Args:
        records: Annotated hands.
        predictions: `(num_hands, num_keypoints, 2)`, pixels of each record's picture;
            NaN for a point that was not found, which counts as wrong.
        protocol: A protocol or its name: `"agmn"`, `"nsrm"`, `"mmpose"`, `"pckh"`.
        left_scores: `(num_hands,)`, the chance of a left hand, if it is told.
        name: What the predictions are called in tables.
        crop: What the model was shown of a picture, in words.
        keypoint_names: One a keypoint.
        resamples: Number of resamples of the intervals.
        seed: Of the resampling.

    Raises:
        DataError: If the protocol needs what the annotations do not have.
        ValueError: If the shapes do not match.
    """
    if isinstance(protocol, str):
        protocol = get_protocol(protocol)
    errors = _errors(records, predictions, protocol)
    measures = errors.measures(protocol)
    estimates = bootstrap(
        lambda weights: figures(measures, weights),
        len(records),
        resamples=resamples,
        seed=seed,
    )
    return Evaluation(
        name=name,
        protocol=protocol,
        errors=errors,
        scores=dict(zip(protocol.columns, estimates, strict=True)),
        keypoint_names=tuple(keypoint_names),
        crop=crop,
        handedness=None
        if left_scores is None
        else measure_handedness(records, left_scores),
    )


def compare(base: Evaluation, other: Evaluation) -> dict[str, Estimate]:
    """Return `other - base` of every figure, both resampled on the same hands.

    An interval that leaves out 0 tells the two apart; those of the models alone do not
    answer this, since both fail on the same difficult hands.

    Raises:
        ValueError: If the protocols or the hands differ.
    """
    check_comparable([base, other])
    ours = base.errors.measures(base.protocol)
    theirs = other.errors.measures(base.protocol)
    estimates = bootstrap(
        lambda weights: figures(theirs, weights) - figures(ours, weights),
        base.num_hands,
    )
    return dict(zip(base.protocol.columns, estimates, strict=True))


def summarize(
    evaluations: Sequence[Evaluation], differences: Sequence[Mapping[str, Estimate]]
) -> dict[str, Any]:
    """Return evaluations and their differences to the first as values for JSON."""
    check_comparable(evaluations)
    return {
        "evaluations": [evaluation.to_dict() for evaluation in evaluations],
        "differences": [
            {
                "base": evaluations[0].name,
                "other": other.name,
                "scores": {name: score.to_dict() for name, score in scores.items()},
            }
            for other, scores in zip(evaluations[1:], differences, strict=True)
        ],
    }


def check_comparable(evaluations: Sequence[Evaluation]) -> None:
    """Refuse evaluations that do not belong into one table.

    Raises:
        ValueError: If there is none, or their protocols or hands differ.
    """
    if not evaluations:
        raise ValueError("`evaluations` must hold at least one. Received: none")
    first = evaluations[0]
    for evaluation in evaluations[1:]:
        if evaluation.protocol != first.protocol:
            raise ValueError(
                "`evaluations` must follow one protocol: figures of two are not "
                f"comparable. Received: {first.protocol.name} ({first.name}) and "
                f"{evaluation.protocol.name} ({evaluation.name})"
            )
        if evaluation.errors.sample_ids != first.errors.sample_ids:
            raise ValueError(
                "`evaluations` must be of the same hands in the same order. "
                f"Received: {first.name} and {evaluation.name} of different ones"
            )


def _errors(
    records: Sequence[Record], predictions: ArrayLike, protocol: Protocol
) -> HandErrors:
    keypoints = np.array([record.keypoints for record in records], np.float64)
    visible = np.array([record.visibility for record in records]) > 0
    sizes = reference_sizes(
        protocol.normalizer,
        keypoints,
        visibility=visible,
        boxes=np.array([record.box for record in records]),
        head_sizes=np.array([record.head_size for record in records]),
    )
    if not (sizes > 0).any():
        raise DataError(
            f"protocol {protocol.name} divides by {protocol.divisor}, which no "
            "annotation here has; use another protocol"
        )
    return HandErrors(
        sample_ids=tuple(record.sample_id for record in records),
        distances=point_distances(predictions, keypoints),
        visible=visible,
        sizes=sizes,
    )
