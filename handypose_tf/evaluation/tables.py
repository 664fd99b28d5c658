"""Evaluations as text. Every figure stands beside what it was divided by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from handypose_tf.evaluation.bootstrap import Estimate
from handypose_tf.evaluation.evaluate import check_comparable
from handypose_tf.evaluation.protocols import Protocol
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.files.tables import align
from handypose_tf.hand import FINGER_KEYPOINTS, KEYPOINT_NAMES, WRIST

_DASH = "-"


def score_table(
    evaluations: Sequence[Evaluation],
    differences: Sequence[Mapping[str, Estimate]] = (),
) -> str:
    """Return a table of figures with 95 % intervals, one column a model.

    Args:
        evaluations: Of the same hands under one protocol.
        differences: For the second model and those after it, `compare` with the first.

    Raises:
        ValueError: If protocols or hands differ: their figures are not comparable.
    """
    check_comparable(evaluations)
    first = evaluations[0]
    minus = [f"{e.name} - {first.name}" for e in evaluations[1:]][: len(differences)]
    rows = [["", *(e.name for e in evaluations), *minus]]
    if any(e.crop for e in evaluations):
        rows.append(["crop", *(e.crop or _DASH for e in evaluations)])
    scores = [e.scores for e in evaluations]
    labels = _labels(first.protocol)
    if any(e.num_points_not_found for e in evaluations):
        counts = [str(e.num_points_not_found) for e in evaluations]
        rows.append(["points not found (wrong in PCK, AUC)", *counts])
        labels["epe"] += " of those found"
    for column, label in labels.items():
        cells = [_estimate(score[column], column) for score in scores]
        signed = [_estimate(d[column], column, sign="+") for d in differences]
        rows.append([label, *cells, *signed])
    return _aligned(rows)


def joint_table(evaluation: Evaluation) -> str:
    """Return PCK and EPE of each joint and finger.

    PCK is the mean over the protocol's thresholds.
    """
    protocol = evaluation.protocol
    parts = [
        _grid(evaluation, column, f"{evaluation.name}: {_labels(protocol)[column]}")
        for column in (protocol.main_column, "epe")
    ]
    return "\n\n".join(parts)


def heading(evaluation: Evaluation) -> str:
    """Return the lines above a table: protocol, normaliser, how much was measured."""
    protocol = evaluation.protocol
    lines = [
        f"protocol {protocol.name}: {protocol.source}",
        protocol.describe(),
        f"{evaluation.num_hands} hands, {evaluation.num_points} visible points; "
        "in brackets: 95 % intervals by resampling hands",
    ]
    if evaluation.num_hands_without_size:
        lines.append(
            f"{protocol.metric} leaves out {evaluation.num_hands_without_size} hands "
            "for which what it divides by is 0 or unknown"
        )
    return "\n".join(lines)


def _labels(protocol: Protocol) -> dict[str, str]:
    """Return the figures that a table shows and how they are called there."""
    labels = {}
    for threshold in protocol.reported_thresholds:
        mark = " (not in the mean)" if threshold in protocol.other_thresholds else ""
        labels[protocol.column(threshold)] = f"{protocol.column(threshold)}, %{mark}"
    if len(protocol.thresholds) > 1:
        labels[protocol.main_column] = f"{protocol.main_label}, %"
    area = protocol.auc_thresholds
    labels["auc"] = f"AUC, {len(area)} thresholds {area[0]:g} to {area[-1]:g} px"
    labels["epe"] = "EPE, original px"
    return labels


def _estimate(estimate: Estimate, column: str, sign: str = "") -> str:
    value = _figure(estimate.value, column, sign)
    low, high = (_figure(end, column, sign) for end in (estimate.low, estimate.high))
    return f"{value} [{low}, {high}]" if value != _DASH else _DASH


def _figure(value: float, column: str, sign: str = "") -> str:
    """Return PCK as percent, AUC as 0..1, EPE as pixels."""
    if not np.isfinite(value):
        return _DASH
    if column == "auc":
        return f"{value:{sign}.3f}"
    return f"{value if column == 'epe' else 100 * value:{sign}.1f}"


def _grid(evaluation: Evaluation, column: str, title: str) -> str:
    """Return one figure of every joint: a row a finger, or for other points a list."""
    joints = evaluation.joint_scores()
    fingers = evaluation.finger_scores()
    if not fingers:
        rows = [[name, _figure(own[column], column)] for name, own in joints.items()]
        return f"{title}\n{_aligned(rows)}"
    rows = [["", "base", "2nd", "3rd", "tip", "all"]]
    for finger, indices in FINGER_KEYPOINTS.items():
        cells = [_figure(joints[KEYPOINT_NAMES[i]][column], column) for i in indices]
        rows.append([finger, *cells, _figure(fingers[finger][column], column)])
    wrist = _figure(joints[KEYPOINT_NAMES[WRIST]][column], column)
    rows.append([KEYPOINT_NAMES[WRIST], *[""] * 4, wrist])
    return f"{title}\n{_aligned(rows)}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lay cells out in columns: the first flush left, the others flush right."""
    count = max(map(len, rows))
    padded = [[*row, *[""] * (count - len(row))] for row in rows]
    return align(padded, [False, *[True] * (count - 1)])
