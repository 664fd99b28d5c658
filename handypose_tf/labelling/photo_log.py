"""What the teacher said of each photo, kept so that a run can be continued.

A file of JSON lines: the first names the teacher, each other one holds one photo's
hands before any selection. It only grows; of two lines of one photo the later counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import as_output_error, write_bytes
from handypose_tf.labelling.teacher import HandLabel

#: Changes whenever the teachers' way of labelling changes.
LOG_VERSION = 2

#: Its name in the folder of the data set.
LOG = "photos.jsonl"

_PIXEL_DECIMALS, _SCORE_DECIMALS = 2, 4


@dataclass(frozen=True, eq=False)
class PhotoResult:
    """What came of one photo.

    Attributes:
        photo: Its file.
        stamp: Its length in bytes and its time of change, to notice another photo of
            the same name.
        width: Pixels, after EXIF turning; 0 if it cannot be read.
        height: Pixels.
        code: Perceptual hash in hexadecimal digits.
        hands: The hands that were found.
        duplicate_of: The photo that shows the same; this one was not labelled.
        error: Why it cannot be read.
        first_id: Number of the first hand, unique in the log and the same ever after.
    """

    photo: str
    stamp: tuple[int, int]
    width: int = 0
    height: int = 0
    code: str = ""
    hands: tuple[HandLabel, ...] = ()
    duplicate_of: str | None = None
    error: str | None = None
    first_id: int = 1

    def to_json(self) -> str:
        """Return one line."""
        values = {
            name: value
            for name, value in vars(self).items()
            if name not in ("hands", "first_id")
        }
        return json.dumps(values | {"hands": [_hand_values(h) for h in self.hands]})

    @classmethod
    def from_json(cls, line: str, first_id: int) -> PhotoResult:
        """Read one line.

        Raises:
            ValueError: If it is no such line.
        """
        values = json.loads(line)
        try:
            hands = tuple(_hand(hand) for hand in values.pop("hands"))
            stamp = (int(values["stamp"][0]), int(values["stamp"][1]))
            values |= {"stamp": stamp, "hands": hands, "first_id": first_id}
            return cls(**values)
        except (AttributeError, KeyError, IndexError, TypeError) as error:
            raise ValueError(f"not a photo's line: {error!r}") from error


class PhotoLog:
    """The results of a labelling run, on disk and in memory.

    Args:
        path: The file; it is begun if it is not there. A last line that an interrupted
            run left unfinished is dropped.
        teacher: What `Teacher.describe` gives.

    Raises:
        OutputError: If the file is of another teacher or second teacher, or cannot be
            written.
        DataError: If a line of it is broken.
    """

    def __init__(self, path: Path, teacher: Mapping[str, str]) -> None:
        self.path = path
        self._results: dict[str, PhotoResult] = {}
        self._next_id = 1
        head = json.dumps({"version": LOG_VERSION, "teacher": dict(teacher)})
        text = path.read_bytes().decode(errors="replace") if path.is_file() else ""
        whole, _, rest = text.rpartition("\n")
        if not whole or rest:
            write_bytes(path, f"{whole or head}\n".encode())
        self._read(whole.splitlines() or [head], head)

    def __getitem__(self, photo: Path) -> PhotoResult | None:
        """Return a photo's result, or `None` if it has none or has changed since."""
        result = self._results.get(str(photo))
        return result if result and result.stamp == file_stamp(photo) else None

    def add(self, result: PhotoResult) -> PhotoResult:
        """Write a photo's result behind the others; returns it with its numbers.

        Raises:
            OutputError: If it cannot be written.
        """
        line = result.to_json()
        with as_output_error(self.path), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        return self._take(line)

    def _read(self, lines: list[str], head: str) -> None:
        if lines[0] != head:
            raise OutputError(
                f"{self.path}: made by another teacher or version, or with another "
                "second teacher; give another --out, or delete it to label all photos "
                "again"
            )
        for number, line in enumerate(lines[1:], start=2):
            try:
                self._take(line)
            except ValueError as error:
                raise DataError(
                    f"{self.path}:{number}: {error}; delete this line"
                ) from error

    def _take(self, line: str) -> PhotoResult:
        result = PhotoResult.from_json(line, self._next_id)
        self._next_id += len(result.hands)
        self._results[result.photo] = result
        return result


def file_stamp(photo: Path) -> tuple[int, int]:
    """Return a file's length in bytes and its time of change in nanoseconds.

    Raises:
        DataError: If the file has gone.
    """
    try:
        status = photo.stat()
    except OSError as error:
        raise DataError(f"{photo}: {error.strerror}; run the command again") from error
    return status.st_size, status.st_mtime_ns


def _hand_values(hand: HandLabel) -> dict[str, Any]:
    values = asdict(hand) | {
        "keypoints": _rounded(hand.keypoints, _PIXEL_DECIMALS),
        "score": round(hand.score, _SCORE_DECIMALS),
        "disagreement": round(hand.disagreement, _SCORE_DECIMALS),
        "spread": _rounded(hand.spread, _SCORE_DECIMALS),
    }
    del values["second_keypoints"]
    if hand.second_keypoints is not None:
        values["second_keypoints"] = _rounded(hand.second_keypoints, _PIXEL_DECIMALS)
    return values


def _hand(values: dict[str, Any]) -> HandLabel:
    arrays = {
        name: np.array(values[name], np.float32)
        for name in ("keypoints", "spread", "second_keypoints")
        if values.get(name) is not None
    }
    return HandLabel(**values | arrays)


def _rounded(values: ArrayLike | None, decimals: int) -> list[Any] | None:
    if values is None:
        return None
    return np.asarray(values, np.float64).round(decimals).tolist()
