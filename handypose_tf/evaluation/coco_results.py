"""Predictions as COCO keypoint results, so that a peer's go through the same code.

A file is a JSON list with one object a hand: `keypoints`, flat x, y, score of each
point in pixels of the whole picture; and what it belongs to, the first of these that it
has: `sample_id`; `annotation_id` or `id`, an annotation's number in a COCO file;
`image_id`, where the picture has one annotated hand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.data.parsing import read_json
from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation.predict_hands import Predictions
from handypose_tf.files import write_json

_ID_FIELDS = ("sample_id", "annotation_id", "id", "image_id")

#: Decimals of what is written: a ten-thousandth of a pixel.
_DECIMALS = 4


def read_coco_results(
    path: str | os.PathLike[str], records: Sequence[Record]
) -> Predictions:
    """Read the predictions for annotated hands.

    Entries for other hands are left alone: those that were too small, say. Hands
    without an entry get NaN, and count as wrong.

    Args:
        path: JSON file of COCO results.
        records: Annotated hands, whose order the result has.

    Raises:
        DataError: If the file is no such list, has an entry that is malformed or two
            for one hand, or none for any hand.
    """
    names = _names(records)
    count = len(records[0].keypoints)
    points = np.full((len(records), count, 3), np.nan)
    taken: set[int] = set()
    for number, entry in enumerate(_read_list(Path(path))):
        where = f"{path}: [{number}]"
        index = names.get(_name(entry, where))
        if index is None:
            continue
        if index in taken:
            hand = records[index].sample_id
            raise DataError(f"{where}: a second entry for hand {hand}; keep one")
        taken.add(index)
        points[index] = _keypoints(entry, count, where)
    if not taken:
        raise DataError(
            f"{path}: no entry is of any of the {len(records)} hands; hands are named "
            f"by one of {', '.join(_ID_FIELDS)}, e.g. {records[0].sample_id!r}"
        )
    return Predictions(points[..., :2], points[..., 2])


def write_coco_results(
    path: str | os.PathLike[str], records: Sequence[Record], predictions: Predictions
) -> Path:
    """Write predictions as COCO results; hands that were not found are left out.

    Raises:
        OutputError: If the file cannot be written.
    """
    points = np.concatenate(
        [predictions.keypoints, predictions.scores[..., None]], axis=-1
    )
    entries = [
        {
            "sample_id": record.sample_id,
            "image_id": _image_id(record),
            "category_id": 1,
            "keypoints": hand.ravel().round(_DECIMALS).tolist(),
            "score": round(float(hand[:, 2].mean()), _DECIMALS),
        }
        for record, hand in zip(records, points.astype(np.float64), strict=True)
        if np.isfinite(hand).all()
    ]
    return write_json(path, entries)


def _names(records: Sequence[Record]) -> dict[tuple[str, str], int]:
    """Return what each hand can be called: kind of name and name to its place.

    A name that two hands share names neither.
    """
    names = [
        pair
        for index, record in enumerate(records)
        for pair in (
            (("sample_id", record.sample_id), index),
            (("annotation_id", record.sample_id.rpartition("/")[2]), index),
            (("image_id", str(_image_id(record))), index),
        )
    ]
    counts = Counter(name for name, _ in names)
    return {name: index for name, index in names if counts[name] == 1}


def _name(entry: Any, where: str) -> tuple[str, str]:
    """Return the kind of name and the name of the hand that an entry is of."""
    if not isinstance(entry, Mapping):
        raise DataError(f"{where}: expected an object, found {type(entry).__name__}")
    for field in _ID_FIELDS:
        if field in entry:
            return ("annotation_id" if field == "id" else field), str(entry[field])
    raise DataError(f"{where}: names no hand; give one of {', '.join(_ID_FIELDS)}")


def _image_id(record: Record) -> int | str:
    """Return a picture's number where its name is one, as COCO's are; else its name."""
    stem = Path(record.image_path).stem
    return int(stem) if stem.isascii() and stem.isdigit() else stem


def _keypoints(entry: Mapping[str, Any], count: int, where: str) -> np.ndarray:
    try:
        points = np.asarray(entry.get("keypoints"), np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: `keypoints` are not numbers") from error
    if points.size != 3 * count or not np.isfinite(points).all():
        raise DataError(
            f"{where}: `keypoints` must be {3 * count} finite numbers, x, y and score "
            f"of {count} points; found {points.size}"
        )
    return points.reshape(count, 3)


def _read_list(path: Path) -> list[Any]:
    content = read_json(path)
    if not isinstance(content, list):
        raise DataError(f"{path}: COCO results are a list; is it an annotation file?")
    return content
