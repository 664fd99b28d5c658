"""Small checked steps that all readers share: JSON, fields, numbers, paths.

Each of them raises `RecordError`, so that one bad annotation is one named problem,
or `FileError` where a whole file cannot be used.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.data.sample import RecordError
from handypose_tf.errors import DataError
from handypose_tf.files.file_kind import why_unreadable
from handypose_tf.geometry import FloatArray

#: Points of a hand that is cut by the picture's edge may lie this far out, as a
#: fraction of its size.
_MOST_FRACTION = 3.0


class FileError(DataError):
    """A whole annotation file cannot be used.

    Args:
        path: The file.
        reason: What is wrong, in words, without the name of the file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


def read_text(path: Path) -> str:
    """Read a UTF-8 text file, or one in UTF-16 as Windows' shell writes it.

    Raises:
        FileError: If the file is missing, unreadable or no text.
    """
    try:
        data = path.read_bytes()
        is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
        return text.replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise FileError(path, "no such file; is the data set complete?") from error
    except UnicodeDecodeError as error:
        raise FileError(path, "not a UTF-8 text file") from error
    except OSError as error:
        raise FileError(path, f"cannot read: {error.strerror or error}") from error


def read_json(path: Path, *, unique_keys: bool = False) -> Any:
    """Read a JSON file.

    Args:
        path: The file.
        unique_keys: Refuse a name that comes twice in one object; JSON itself would
            silently keep the last.

    Raises:
        FileError: If the file is missing, cut off or no JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_unique if unique_keys else None)
    except json.JSONDecodeError as error:
        reason = why_unreadable(path) or _json_fault(text, error)
        raise FileError(path, reason) from error
    except _RepeatedKeyError as error:
        raise FileError(path, f"the name {error} comes twice") from error
    except RecursionError as error:
        raise FileError(path, "nested too deeply to be an annotation") from error


def _json_fault(text: str, error: json.JSONDecodeError) -> str:
    unterminated = error.msg.startswith("Unterminated string")
    if unterminated or not text[error.pos :].strip():
        return f"the JSON is cut off at line {error.lineno}; fetch it again"
    return f"not JSON: {error.msg} at line {error.lineno}"


class _RepeatedKeyError(ValueError):
    """A JSON object names one thing twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _RepeatedKeyError(next(repr(n) for n, c in counts.items() if c > 1))
    return result


def field(annotation: Any, name: str) -> Any:
    """Return a field of a JSON object.

    Raises:
        RecordError: If the value is no object or has no such field.
    """
    if not isinstance(annotation, Mapping):
        kind = type(annotation).__name__
        raise RecordError("bad_structure", f"expected an object, found a {kind}")
    if name not in annotation:
        raise RecordError("bad_structure", f"the field `{name}` is missing")
    return annotation[name]


def rows(annotation: Any, name: str, path: Path) -> list[Any]:
    """Return the list under `name` in a whole annotation file.

    Raises:
        FileError: If it is missing or no list.
    """
    value = annotation.get(name) if isinstance(annotation, Mapping) else None
    if not isinstance(value, list):
        raise FileError(path, f"no list `{name}`; is it the right annotation file?")
    return value


def numbers(value: Any, name: str, *shape: int) -> FloatArray:
    """Return JSON numbers as a float64 array of a fixed shape.

    Flat lists are accepted for a table, as COCO writes them.

    Raises:
        RecordError: If they are not numbers, or not as many.
    """
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        reason = f"`{name}` is not a regular table of numbers"
        raise RecordError("bad_structure", reason) from error
    if array.shape != shape and array.shape != (math.prod(shape),):
        raise RecordError(
            "wrong_joint_count" if len(shape) == 2 else "bad_structure",
            f"`{name}` has the shape {_by(array.shape)} instead of {_by(shape)}",
        )
    return array.reshape(shape)


def word_numbers(words: Sequence[str], count: int) -> FloatArray:
    """Return the words of a line as `(count,)` float64.

    Raises:
        RecordError: If they are not as many, or one is no number.
    """
    if len(words) != count:
        reason = f"{len(words)} numbers in the line instead of {count}"
        raise RecordError("wrong_joint_count", reason)
    try:
        return np.array(words, np.float64)
    except ValueError as error:
        raise RecordError("bad_number", "a word of the line is no number") from error


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "of a single value"


def inside(root: Path, name: Any) -> Path:
    """Join a file name out of an annotation to its folder.

    Raises:
        RecordError: If it is no name, or leads out of the folder.
    """
    if not isinstance(name, str) or not name:
        raise RecordError("bad_structure", f"{name!r} is not a file name")
    parts = name.replace("\\", "/").split("/")
    rooted = not parts[0] or re.match("[A-Za-z]:/", "/".join(parts)) is not None
    if rooted or ".." in parts or "\0" in name or os.path.splitdrive(name)[0]:
        raise RecordError("unsafe_path", f"{name!r} leads out of the picture folder")
    path = root / name
    return path if "\\" not in name or path.exists() else root.joinpath(*parts)


def id_key(value: Any) -> str | None:
    """Return an id out of an annotation file so that equal ones compare equal.

    Some tools write 7.0 or "7" for 7 in one of two places; `None` is no id.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_id = isinstance(value, (int, str)) and not isinstance(value, bool)
    return str(value) if is_id else None


def whole(value: Any, name: str) -> int:
    """Return an integer field, e.g. a size in pixels, also written as text or 640.0.

    Raises:
        RecordError: If it is not a whole number.
    """
    if isinstance(value, bool) or not float(numbers(value, name)).is_integer():
        raise RecordError("bad_structure", f"`{name}` is {value!r}, not a whole number")
    return int(float(value))


def as_is_left(value: Any) -> int:
    """Return 1 left, 0 right or -1 unknown out of a field of 0, 1, true or false."""
    return int(value) if value in (0, 1) else -1


def side_of_class(name: Any) -> int:
    """Return 1 left, 0 right or -1 unknown as the name of a class has the word."""
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower()
    found = set(re.findall(r"(?<![a-z])(left|right)(?=hand|[^a-z]|$)", words))
    return {("left",): 1, ("right",): 0}.get(tuple(found), -1)


def as_fractions(values: FloatArray, name: str) -> FloatArray:
    """Return coordinates that are fractions of a picture's size.

    Raises:
        RecordError: If they reach so far out of 0..1 that they must be pixels.
    """
    if np.nanmax(np.abs(values), initial=0) > _MOST_FRACTION:
        reason = f"`{name}` must be fractions of the picture, 0..1; are they pixels?"
        raise RecordError("bad_number", reason)
    return values


def labelled(flags: FloatArray) -> FloatArray:
    """Turn COCO's flags into visibility: 0 not labelled, 1 labelled, hidden or not.

    Fractions, as COCO-WholeBody has them, stay. A negative or senseless value is left
    to the record's own check.
    """
    return np.minimum(flags, 1.0)
