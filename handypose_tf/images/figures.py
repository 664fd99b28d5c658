"""Plots in one style, written whole. Matplotlib is imported when one is drawn."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handypose_tf.errors import OutputError
from handypose_tf.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart with every common kind of colour blindness.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

#: Endings of a plot.
FIGURE_SUFFIXES = (".png", ".pdf", ".svg")

_STYLE: Any = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#d9d9d9",
    "grid.linewidth": 0.8,
    "legend.framealpha": 0.9,
}


@contextmanager
def figure_file(
    path: str | os.PathLike[str], size: tuple[float, float]
) -> Iterator[Figure]:
    """Give a figure to draw on and write it when the block ends well.

    Args:
        path: `.png`, `.pdf` or `.svg`.
        size: Width and height in inches, at 130 dots each.

    Raises:
        OutputError: If the ending is another or the file cannot be written.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    suffix = Path(path).suffix.lower()
    if suffix not in FIGURE_SUFFIXES:
        raise OutputError(f"{path}: a plot ends in one of {', '.join(FIGURE_SUFFIXES)}")
    with rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained", facecolor="white")
        yield figure
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix[1:], dpi=130)
    write_bytes(path, buffer.getvalue())
