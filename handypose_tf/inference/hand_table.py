"""Hands as rows of a table: of a data frame, of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from handypose_tf.files import as_output_error, is_device, open_device, whole_file
from handypose_tf.inference.hand_pose import HandPose

#: A name that is no UTF-8 is written with escapes.
_TEXT: Any = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}

_SIDES = {True: "left", False: "right", None: None}


def hand_columns(names: Sequence[str]) -> list[str]:
    """Return what the columns of a hand are called.

    Args:
        names: Of the keypoints; each has an x, a y and a score.
    """
    box = [f"box_{side}" for side in ("x", "y", "width", "height")]
    points = [f"{name}_{fact}" for name in names for fact in ("x", "y", "score")]
    return ["hand", "id", "score", "side", "left_score", *box, *points]


def hand_values(number: int, hand: HandPose) -> list[Any]:
    """Return a hand's row, as long as its columns; `None` is unknown.

    Args:
        number: Of the hand in its picture, from 0.
        hand: Numbers are rounded as in `HandPose.to_dict`.
    """
    facts = hand.to_dict()
    points = [
        value
        for (x, y), score in zip(facts["keypoints"], facts["scores"], strict=True)
        for value in (x, y, score)
    ]
    head = number, hand.id, facts["score"], _SIDES[hand.is_left], facts["left_score"]
    return [*head, *facts["box"], *points]


class HandTableFile:
    """Writes hands as rows of a CSV file; see :func:`hand_table_file`.

    Args:
        file: Open for writing.
        place: Names of the columns that say where a hand was found.
        names: Of the keypoints.
    """

    def __init__(
        self, file: TextIO, place: Sequence[str], names: Sequence[str]
    ) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow([*place, *hand_columns(names)])

    def write(self, place: Sequence[Any], hands: Iterable[HandPose]) -> None:
        """Append the hands of one picture or frame."""
        for number, hand in enumerate(hands):
            self._writer.writerow([*place, *hand_values(number, hand)])


@contextmanager
def hand_table_file(
    path: Path, place: Sequence[str], names: Sequence[str]
) -> Iterator[HandTableFile]:
    """Write a CSV file beside its place and put it there at the end.

    A device is written as it is.

    Args:
        path: Of the file.
        place: Names of the columns that say where a hand was found.
        names: Of the keypoints.

    Raises:
        OutputError: If the file cannot be written.
    """
    if is_device(path):
        with io.TextIOWrapper(open_device(path), **_TEXT) as text:
            yield HandTableFile(text, place, names)
        return
    with whole_file(path) as part:
        with as_output_error(path):
            file = part.open("w", **_TEXT)
        with file:
            yield HandTableFile(file, place, names)
