"""The plot of `export_table.py`: accuracy over latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from handypose_tf.images.figures import COLORS, figure_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COMMON = {"markersize": 8, "elinewidth": 1, "capsize": 3}

#: Of ours, and of others'.
_STYLES: tuple[dict[str, Any], dict[str, Any]] = (
    {"fmt": "o", "color": COLORS[0], **_COMMON},
    {"fmt": "D", "color": COLORS[1], **_COMMON},
)


class Point(NamedTuple):
    """A model: milliseconds of a hand, and a score with its interval, 0..1."""

    name: str
    milliseconds: float
    score: Mapping[str, float]
    is_peer: bool


def draw(path: Path, points: Sequence[Point], families: tuple[str, str]) -> None:
    """Draw each model with its interval.

    Args:
        path: The picture.
        points: Ours, and peers'.
        families: What the names of ours and of peers' leave out.
    """
    with figure_file(path, (9, 5)) as figure:
        axes = figure.subplots()
        for point in points:
            value, low, high = (100 * point.score[k] for k in ("value", "low", "high"))
            axes.errorbar(
                point.milliseconds,
                value,
                [[value - low], [high - value]],
                **_STYLES[point.is_peer],
            )
            _label(axes, point, value)
        for is_peer, family in enumerate(families):
            axes.errorbar([], [], [], label=family, **_STYLES[is_peer])
        axes.legend(loc="lower right")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("{x:g}")
        axes.margins(0.2)
        axes.set_xlabel("milliseconds of a hand, one thread")
        axes.set_ylabel("pck_box@0.2 on hands that people labelled, %")


def _label(axes: Axes, point: Point, value: float) -> None:
    """Write a name beside a marker: ours to the right, others' to the left."""
    axes.annotate(
        point.name,
        (point.milliseconds, value),
        (-8 if point.is_peer else 8, -3),
        textcoords="offset points",
        ha="right" if point.is_peer else "left",
        fontsize=8,
    )
