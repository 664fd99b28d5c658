"""A teacher over file patterns."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from apache_beam.io.filesystem import FileMetadata

from handypose_tf.beam.picture_transform import Look, PictureTransform
from handypose_tf.images import Image
from handypose_tf.labelling import label_image, open_teacher
from handypose_tf.labelling.photo_log import file_stamp


class LabelHands(PictureTransform):
    """Labels the hands in the photos that file patterns match.

    Takes a PCollection of patterns and gives :class:`PictureResults`, whose results
    are the lines of the `photos.jsonl` that `handypose label` keeps: all hands that
    the teacher found, before any selection. Near-duplicates are not left out: no
    worker sees all photos; `code` is each photo's perceptual hash.

    Args:
        teacher: `"mediapipe"`, `"mediapipe-lite"` or a handypose model that every
            worker can read. MediaPipe's files are fetched by each worker that has no
            copy in its cache: put them into its image.
        second_teacher: A handypose model that is asked about every hand, too.

    Examples:
        >>> labels = patterns | LabelHands()  # doctest: +SKIP
        >>> labels.results | beam.Map(json.dumps)  # doctest: +SKIP
    """

    def __init__(
        self, teacher: str = "mediapipe", second_teacher: str | None = None
    ) -> None:
        super().__init__(partial(_open, teacher, second_teacher))


def _open(name: str, second: str | None) -> Look:
    teacher = open_teacher(name, second=second)

    def look(file: FileMetadata, image: Image) -> dict[str, Any]:
        result = label_image(file.path, _stamp(file), image, teacher)
        return json.loads(result.to_json())

    return look


def _stamp(file: FileMetadata) -> tuple[int, int]:
    """Return what `handypose label` knows a local photo by."""
    if os.path.exists(file.path):
        return file_stamp(Path(file.path))
    seconds = file.last_updated_in_seconds or 0
    return file.size_in_bytes, int(seconds * 1e9)
