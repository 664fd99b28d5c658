"""Naming data by one word: `FORMAT:PATH[:SPLIT]`."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import NamedTuple

from handypose_tf.data.readers import READERS, OnError, Reader
from handypose_tf.errors import DataError


class DataSource(NamedTuple):
    """The parts of `FORMAT:PATH[:SPLIT]`.

    Attributes:
        format: A key of `READERS`.
        path: File or folder, as written.
        split: Canonical split; `None` for all.
    """

    format: str
    path: str
    split: str | None


def parse_source(text: str) -> DataSource:
    """Take `FORMAT:PATH[:SPLIT]` apart.

    The first colon ends FORMAT; a last colon begins a SPLIT only if it names one of
    that format's splits, so that paths may hold colons.

    Raises:
        DataError: If FORMAT is unknown or PATH is missing.
    """
    name, _, path = text.partition(":")
    reader = READERS.get(name)
    if reader is None:
        close = difflib.get_close_matches(name, READERS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(READERS)}"
        if Path(text).expanduser().exists():
            hint = f"write FORMAT:{text}; {hint}"
        raise DataError(f"{text}: {name!r} is no data format; {hint}")
    head, colon, last = path.rpartition(":")
    if colon and last in {*reader.splits, *reader.splits.values()}:
        path, split = head, reader.canonical_split(last)
    else:
        split = None
    if not path:
        raise DataError(f"{text}: no path; write {name}:PATH or {name}:PATH:SPLIT")
    return DataSource(name, path, split)


def open_source(
    text: str,
    *,
    on_error: OnError = "fail",
    images: str | os.PathLike[str] | None = None,
    verify: bool = True,
) -> Reader:
    """Return the reader of `FORMAT:PATH[:SPLIT]`; the arguments are the reader's.

    Raises:
        DataError: If the text is no such name, or nothing is there.
    """
    source = parse_source(text)
    reader = READERS[source.format]
    return reader(
        source.path, source.split, on_error=on_error, images=images, verify=verify
    )
