"""Evaluations as pictures: PCK curves of several models, and bars of their joints."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handypose_tf.evaluation.evaluate import check_comparable
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.evaluation.score_calibration import NUM_BINS, RIGHT, Reliability
from handypose_tf.hand import FINGER_KEYPOINTS, KEYPOINT_NAMES, WRIST
from handypose_tf.images.figures import COLORS, figure_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")

#: The curves go this far beyond the largest threshold.
_BEYOND = 1.25
_CURVE_POINTS = 61

#: Characters of a title's line.
_TITLE_WIDTH = 105


def save_plot(
    path: str | os.PathLike[str], evaluations: Sequence[Evaluation], data: str = ""
) -> Path:
    """Draw PCK curves above the joints' bars and write them to a file.

    Args:
        path: `.png`, `.pdf` or `.svg`.
        evaluations: Of the same hands under one protocol.
        data: What was measured on, for the title; a line or several.

    Raises:
        OutputError: If the ending is another or the file cannot be written.
        ValueError: If protocols or hands differ.
    """
    check_comparable(evaluations)
    with figure_file(path, (9, 8.2)) as figure:
        figure.suptitle(_title(evaluations[0], data), fontsize=11)
        curves, bars = figure.subplots(2, 1, height_ratios=(1.15, 1))
        draw_pck_curves(curves, evaluations)
        draw_joint_bars(bars, evaluations)
    return Path(path)


def save_reliability_plot(
    path: str | os.PathLike[str],
    curves: Mapping[str, Reliability],
    *,
    subject: str = "keypoints",
    right: str = f"nearer than {RIGHT:g} x box",
) -> Path:
    """Draw the share of what is right over the score, and how many there are.

    Args:
        path: `.png`, `.pdf` or `.svg`.
        curves: What to draw, by name.
        subject: What is scored.
        right: What is right of it.

    Raises:
        OutputError: If the ending is another or the file cannot be written.
    """
    with figure_file(path, (5.5, 6)) as figure:
        top, bottom = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
        top.plot([0, 1], [0, 1], color="0.6", linestyle=":", label="as it should be")
        for index, (name, curve) in enumerate(curves.items()):
            color = COLORS[index % len(COLORS)]
            label = f"{name}: error {curve.error:.3f}"
            top.plot(curve.scores, curve.shares, color=color, marker="o", label=label)
            centers = (np.arange(NUM_BINS) + 0.5) / NUM_BINS
            share = 100 * curve.counts / curve.counts.sum()
            bottom.step(centers, share, color=color, where="mid")
        top.set(xlim=(0, 1), ylim=(0, 1), ylabel=f"share {right}")
        top.set_title(f"Are scores chances? Each mark: {subject} of like scores")
        top.legend(loc="upper left")
        bottom.set(xlabel="score", ylabel=f"{subject}, %", ylim=(0, None))
    return Path(path)


def draw_pck_curves(axes: Axes, evaluations: Sequence[Evaluation]) -> None:
    """Draw PCK over the threshold, with 95 % bands and the protocol's own points."""
    protocol = evaluations[0].protocol
    marked = np.array(sorted(protocol.reported_thresholds))
    limit = _BEYOND * marked[-1]
    thresholds = np.union1d(np.linspace(0, limit, _CURVE_POINTS), marked)
    for index, evaluation in enumerate(evaluations):
        curve = evaluation.curve(thresholds.tolist())
        percent = 100 * np.array([[e.value, e.low, e.high] for e in curve])
        color = COLORS[index % len(COLORS)]
        axes.fill_between(thresholds, *percent.T[1:], color=color, alpha=0.13, lw=0)
        axes.plot(
            thresholds,
            percent[:, 0],
            color=color,
            linestyle=_LINES[index % len(_LINES)],
            marker=_MARKERS[index % len(_MARKERS)],
            markevery=np.flatnonzero(np.isin(thresholds, marked)).tolist(),
            label=_curve_label(evaluation),
        )
    axes.set(
        xlim=(0, limit),
        ylim=(0, 100),
        xlabel=f"threshold; 1 is {protocol.divisor}",
        ylabel="points nearer than that, %",
    )
    axes.legend(loc="best")
    axes.set_title(
        "PCK curve; marks: thresholds of the protocol, bands: 95 % over hands"
    )


def draw_joint_bars(axes: Axes, evaluations: Sequence[Evaluation]) -> None:
    """Draw each joint's PCK as bars, grouped by finger."""
    protocol = evaluations[0].protocol
    places, ticks = _joint_places(evaluations[0].keypoint_names)
    width = 0.84 / len(evaluations)
    for index, evaluation in enumerate(evaluations):
        column = protocol.main_column
        scores = [s[column] for s in evaluation.joint_scores().values()]
        axes.bar(
            places + (index - (len(evaluations) - 1) / 2) * width,
            100 * np.array(scores),
            width,
            color=COLORS[index % len(COLORS)],
            edgecolor="white",
            linewidth=0.5,
            label=evaluation.name,
        )
    axes.set_xticks(*zip(*ticks, strict=True))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="x", visible=False)
    axes.set(ylim=(0, 100), ylabel=f"{protocol.main_label}, %")
    axes.set_title(f"Joints by {protocol.main_label}; each finger from base to tip")


def _title(evaluation: Evaluation, data: str) -> str:
    counts = f"{evaluation.num_hands} hands, {evaluation.num_points} points"
    head = f"protocol {evaluation.protocol.name}: {counts}"
    lines = [textwrap.wrap(line, _TITLE_WIDTH) for line in data.splitlines()]
    return "\n".join([head, *chain.from_iterable(lines)])


def _curve_label(evaluation: Evaluation) -> str:
    protocol = evaluation.protocol
    score = evaluation.scores[protocol.main_column].value
    return f"{evaluation.name}: {protocol.main_label} = {100 * score:.1f} %"


def _joint_places(names: Sequence[str]) -> tuple[np.ndarray, list[tuple[float, str]]]:
    """Return the place of each joint, and places and names of the ticks."""
    if tuple(names) != KEYPOINT_NAMES:
        places = np.arange(len(names), dtype=float)
        return places, list(zip(places.tolist(), names, strict=True))
    places = np.zeros(len(names))
    ticks: list[tuple[float, str]] = [(0.0, KEYPOINT_NAMES[WRIST])]
    for number, (finger, joints) in enumerate(FINGER_KEYPOINTS.items()):
        places[list(joints)] = 1.8 + 4.8 * number + np.arange(len(joints))
        ticks.append((float(places[list(joints)].mean()), finger))
    return places, ticks
