"""The plot of `export_table.py`: accuracy over latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from handypose_tf.figures import COLORS, figure_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    with figure_file(path, (9, 5)) as figure:
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
            _label(axes, point, high if point.is_peer else low)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("{x:g}")
        axes.margins(0.2)
        axes.set_xlabel("milliseconds of a hand, one thread")
        axes.set_ylabel("pck_box@0.2 on hands that people labelled, %")


def _label(axes: Axes, point: Point, end: float) -> None:
    """Write a name beyond an end of the interval: ours below, others' above."""
    axes.annotate(
        point.name,
        (point.milliseconds, end),
        (0, 5 if point.is_peer else -12),
        textcoords="offset points",
        ha="center",
        fontsize=8,
    )
