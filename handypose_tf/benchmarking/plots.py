"""Latencies as bars."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handypose_tf.benchmarking.measurement import Measurement
from handypose_tf.images.figures import COLORS, figure_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches: of one bar, and of what stands above and below them all.
_BAR_HEIGHT, _MARGIN = 0.32, 1.3


def save_plot(
    path: str | os.PathLike[str], measurements: Sequence[Measurement], machine: str
) -> Path:
    """Draw a bar to the median for each model and number of threads.

    Args:
        path: `.png`, `.pdf` or `.svg`.
        measurements: What to draw; those of one model are put together.
        machine: What it was measured on, for the title.

    Raises:
        OutputError: If the ending is another or the file cannot be written.
    """
    height = _MARGIN + _BAR_HEIGHT * len(measurements)
    with figure_file(path, (9, height)) as figure:
        draw_latencies(figure.subplots(), measurements)
        figure.suptitle(f"Latency of one picture\n{machine}", fontsize=11)
    return Path(path)


def draw_latencies(axes: Axes, measurements: Sequence[Measurement]) -> None:
    """Draw horizontal bars with whiskers from the shortest run to the 95th percentile.

    One colour stands for one number of threads.
    """
    names = list(dict.fromkeys(each.contender.name for each in measurements))
    counts = list(dict.fromkeys(each.num_threads for each in measurements))
    height = 0.8 / len(counts)
    for index, count in enumerate(counts):
        chosen = [each for each in measurements if each.num_threads == count]
        places = [
            names.index(each.contender.name) + (index - (len(counts) - 1) / 2) * height
            for each in chosen
        ]
        medians = [each.median for each in chosen]
        below = [each.median - each.minimum for each in chosen]
        above = [each.p95 - each.median for each in chosen]
        bars = axes.barh(
            places,
            medians,
            height * 0.9,
            xerr=[below, above],
            color=COLORS[index % len(COLORS)],
            ecolor="#444444",
            capsize=2,
            label=f"{count} thread{'s' * (count > 1)}",
        )
        labels = [f" {median:.3g}" for median in medians]
        axes.bar_label(bars, labels, padding=2, fontsize=9)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.1)
    axes.set_xlabel("milliseconds; bar: median, whiskers: shortest run to 95 % of runs")
    axes.legend(loc="best")
