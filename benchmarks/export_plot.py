"""The plot of `export_table.py`: accuracy over latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from handypose_tf.figures import COLORS, figure_file

#: Ours, and others'.
_OURS, _PEERS = COLORS[0], COLORS[1]


class Point(NamedTuple):
    """A model: milliseconds of a hand, and a score with its interval, 0..1."""

    name: str
    milliseconds: float
    score: Mapping[str, float]
    is_peer: bool


def draw(path: Path, points: Sequence[Point]) -> None:
    """Draw each model with its interval."""
    with figure_file(path, (8, 5)) as figure:
        axes = figure.subplots()
        for point in points:
            value, low, high = (100 * point.score[k] for k in ("value", "low", "high"))
            axes.errorbar(
                point.milliseconds,
                value,
                [[value - low], [high - value]],
                fmt="D" if point.is_peer else "o",
                color=_PEERS if point.is_peer else _OURS,
                markersize=8,
                elinewidth=1,
                capsize=3,
            )
            place = (point.milliseconds, value)
            axes.annotate(point.name, place, (8, 5), textcoords="offset points")
        axes.set_xscale("log")
        axes.margins(0.2)
        axes.set_xlabel("milliseconds of a hand, one thread")
        axes.set_ylabel("pck_box@0.2 on hands that people labelled, %")
