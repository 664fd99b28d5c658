"""Predictions as COCO keypoint results, so that a peer's go through the same code.

A file is a JSON list with one object a hand: `keypoints`, flat x, y, score of each
point in pixels of the whole picture; and what it belongs to, the first of these that
it has: `sample_id`; `annotation_id`, an annotation's `id` in the COCO file; `image_id`,
the `id` of its image there, where that has one annotated hand; `id`, an annotation's.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.data.parsing import id_key, read_json
from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation.predict_hands import Predictions
from handypose_tf.files import write_json

_ID_FIELDS = ("sample_id", "annotation_id", "image_id", "id")

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
    names = _Names(records)
    count = len(records[0].keypoints)
    points = np.full((len(records), count, 3), np.nan)
    taken: set[int] = set()
    for number, entry in enumerate(_read_list(Path(path))):
        where = f"{path}: [{number}]"
        index = names.find(entry, where)
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
            **_ids(record),
            "category_id": 1,
            "keypoints": hand.ravel().round(_DECIMALS).tolist(),
            "score": round(float(hand[:, 2].mean()), _DECIMALS),
        }
        for record, hand in zip(records, points.astype(np.float64), strict=True)
        if np.isfinite(hand).all()
    ]
    return write_json(path, entries)


class _Names:
    """What annotated hands can be called, by the fields of `_ID_FIELDS`.

    A name that two hands share names neither.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._by_sample = {record.sample_id: i for i, record in enumerate(records)}
        self._by_annotation = _unique(id_key(r.annotation_id) for r in records)
        self._images = [id_key(record.image_id) for record in records]
        self._by_image = _unique(self._images)

    def find(self, entry: Any, where: str) -> int | None:
        """Return the hand of an entry; `None` if it is of another."""
        if not isinstance(entry, Mapping):
            kind = type(entry).__name__
            raise DataError(f"{where}: expected an object, found {kind}")
        if not any(field in entry for field in _ID_FIELDS):
            names = ", ".join(_ID_FIELDS)
            raise DataError(f"{where}: names no hand; give one of {names}")
        if "sample_id" in entry:
            return self._by_sample.get(entry["sample_id"])
        if "annotation_id" in entry:
            return self._by_annotation.get(id_key(entry["annotation_id"]) or "")
        image = id_key(entry.get("image_id"))
        if image is not None and image in self._by_image:
            return self._by_image[image]
        index = self._by_annotation.get(id_key(entry.get("id")) or "")
        if image in self._images and (index is None or self._images[index] != image):
            count = self._images.count(image)
            raise DataError(
                f"{where}: image {image} has {count} annotated hands; tell which by "
                "annotation_id"
            )
        return index if image is None or image in self._images else None


def _unique(names: Iterable[str | None]) -> dict[str, int]:
    """Return the place of each name that comes once."""
    names = list(names)
    counts = Counter(names)
    return {n: i for i, n in enumerate(names) if n is not None and counts[n] == 1}


def _ids(record: Record) -> dict[str, int | str]:
    """Return the ids that the annotations' own file gives, for COCO's tools."""
    ids = {"image_id": record.image_id, "annotation_id": record.annotation_id}
    return {name: value for name, value in ids.items() if value is not None}


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
