"""What the commands share: lines, progress, and quiet native libraries."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

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
    yield from progress_bar(unit, items=items, total=total)


def progress_bar(
    unit: str, *, items: Iterable[Any] | None = None, total: int | None = None
) -> tqdm[Any]:
    """Return a bar as `progress` shows it; `update` moves it on."""
    return tqdm(
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
