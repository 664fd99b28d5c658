"""Pictures and all the hands in them, and where nobody knows whether there is one."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from handypose_tf.data.readers import OnError
from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.data.sample import Record
from handypose_tf.data.source import open_source
from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray


@dataclass(frozen=True)
class ScenePicture:
    """A picture and the hands in it.

    Attributes:
        records: Its hands; all of one picture.
        possible: `(num_boxes, 4)`, places where there may be hands without a label:
            the loss is to look away.
    """

    records: tuple[Record, ...]
    possible: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))


def read_pictures(
    source: str,
    *,
    images: str | os.PathLike[str] | None = None,
    ignored: str | os.PathLike[str] | None = None,
    on_error: OnError = "fail",
) -> list[ScenePicture]:
    """Return the pictures of a data set, each with all its hands.

    Args:
        source: `FORMAT:PATH[:SPLIT]`.
        images: Folder of the pictures, where it is not the format's own place.
        ignored: JSON of `{picture: [[x, y, width, height], ...]}` with places where
            there may be hands without a label, beside those that a COCO file marks
            with `iscrowd`. Names are relative to `images`, or to the JSON's folder.
        on_error: What to do with bad records.

    Raises:
        DataError: If data or JSON cannot be read.
    """
    reader = open_source(source, on_error=on_error, images=images)
    places = reader.crowds() if isinstance(reader, CocoReader) else {}
    if ignored is not None:
        folder = Path(ignored).parent if images is None else Path(images)
        for name, boxes in _read_boxes(Path(ignored)).items():
            picture = str(folder / name)
            known = places.get(picture, np.zeros((0, 4), np.float32))
            places[picture] = np.concatenate([known, boxes])
    return group_by_picture(reader.records(), places)


def group_by_picture(
    records: Iterable[Record], possible: Mapping[str, FloatArray] | None = None
) -> list[ScenePicture]:
    """Return the pictures of records, each with all its hands.

    Args:
        records: Hands; what is none is left out.
        possible: Path of a picture to boxes `(num_boxes, 4)`; see `ScenePicture`.
    """
    hands: defaultdict[str, list[Record]] = defaultdict(list)
    for record in filter(lambda record: record.is_hand, records):
        hands[record.image_path].append(record)
    nothing = np.zeros((0, 4), np.float32)
    return [
        ScenePicture(tuple(group), (possible or {}).get(path, nothing))
        for path, group in hands.items()
    ]


def _read_boxes(path: Path) -> dict[str, FloatArray]:
    """Return the boxes of a JSON, `(num_boxes, 4)` for each picture."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return {
            str(name): np.array(boxes, np.float32).reshape(-1, 4)
            for name, boxes in content.items()
        }
    except OSError as error:
        raise DataError(f"{path}: cannot read: {error.strerror or error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: must hold {{picture: [[x, y, width, height], ...]}} ({error})"
        ) from error
