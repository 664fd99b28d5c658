"""What a reader finds: annotations to look into, then records and problems."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from handypose_tf.data.sample import Problem, Record


class Entry(NamedTuple):
    """One annotation that was found but not yet looked into.

    Attributes:
        path: The annotation file.
        where: Line, key or number in it, for messages; empty if it is the whole file.
        split: The canonical split that it belongs to; empty if there is none.
        value: What the reader's own `_parse` needs.
    """

    path: Path
    where: str
    split: str
    value: Any


class Index(NamedTuple):
    """What a reader found: usable records in order, and the problems."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]


def without_duplicates(records: Sequence[Record], problems: Sequence[Problem]) -> Index:
    """Keep the first record of each name; the later ones are problems."""
    kept: dict[str, Record] = {}
    repeated: list[Problem] = []
    for record in records:
        if kept.setdefault(record.sample_id, record) is not record:
            reason = f"the name {record.sample_id!r} was given before"
            repeated.append(Problem(record.image_path, "", reason, "duplicate_name"))
    return Index(tuple(kept.values()), (*problems, *repeated))
