"""What the commands share: lines, tables, progress, and quiet native libraries."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

#: Anything that takes longer shows a progress bar.
_PROGRESS_AFTER_SECONDS = 2.0


def progress(
    items: Iterable[Item], unit: str, *, total: int | None = None
) -> Iterator[Item]:
    """Go through items with a bar on stderr, on a terminal and after two seconds.

    Args:
        items: What to go through; the bar knows its end if it has a length.
        unit: What one item is called, e.g. `"picture"`.
        total: Number of items, where they have no length.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    yield from tqdm(
        items,
        total=total,
        unit=f" {unit}",
        delay=_PROGRESS_AFTER_SECONDS,
        disable=not sys.stderr.isatty(),
        dynamic_ncols=True,
    )


def say(line: str) -> None:
    """Print a line on stdout without tearing a progress bar."""
    tqdm.write(line, file=sys.stdout)


def complain(line: str) -> None:
    """Print a line on stderr as one of this program's errors."""
    tqdm.write(f"handypose: error: {line}", file=sys.stderr)


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in columns; those that hold only numbers are flush right.

    Args:
        header: Names of the columns.
        rows: Cells, as many in each row as there are columns.
    """
    rows = [list(row) for row in rows]
    columns = list(zip(header, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    flush_right = [all(map(_is_number, column[1:])) for column in columns]
    lines = []
    for cells in [header, ["-" * width for width in widths], *rows]:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, flush_right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


@contextlib.contextmanager
def quiet_native_log() -> Iterator[None]:
    """Drop what native code prints on stderr meanwhile; Python's warnings come after.

    LiteRT announces its CPU delegate there and has no switch for it.
    """
    with warnings.catch_warnings(record=True) as caught, _stderr_dropped():
        yield
    for warning in caught:
        warnings.warn_explicit(
            warning.message, warning.category, warning.filename, warning.lineno
        )


@contextlib.contextmanager
def _stderr_dropped() -> Iterator[None]:
    sys.stderr.flush()
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(null)
        os.close(saved)


def _is_number(text: str) -> bool:
    return not text or text == "-" or text[0].isdigit() or text[0] in "+-."
