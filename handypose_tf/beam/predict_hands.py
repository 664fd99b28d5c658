"""`HandPoseEstimator` over file patterns."""

from __future__ import annotations

from functools import partial
from typing import Any

from apache_beam.io.filesystem import FileMetadata

from handypose_tf.beam.picture_transform import Look, PictureTransform
from handypose_tf.images import Image
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import (
    DEFAULT_LEVELS,
    DEFAULT_MODEL,
)


class PredictHands(PictureTransform):
    """Finds hands in the pictures that file patterns match.

    Takes a PCollection of patterns (`/photos/*.jpg`, `gs://bucket/photos/**.jpg`) and
    gives :class:`PictureResults`, whose results are the entries that
    `handypose predict --json` writes. A file that two patterns match comes twice.
    Beam's counters `pictures`, `hands` and `errors`, one of each for a step, are in the
    namespace `handypose_tf`.

    Args:
        model: A name that ships, or a file that every worker can read.
        num_threads: Threads of each estimator. Runners open one for each core, so
            that more than one slows them down.
        detector: A detector's name, or a file that every worker can read; `"auto"`
            takes the shipped one, if any, and `None` searches for one hand.
        levels: How closely the detector looks; see `HandDetector`. 1 is six times as
            fast as the default.
        min_score: A hand whose score is lower is not reported; by default what the
            model's file says.

    Examples:
        >>> hands = patterns | PredictHands()  # doctest: +SKIP
        >>> hands.results | beam.Map(json.dumps)  # doctest: +SKIP
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        num_threads: int = 1,
        *,
        detector: str | None = "auto",
        levels: int = DEFAULT_LEVELS,
        min_score: float | None = None,
    ) -> None:
        own = {"detector": detector, "levels": levels, "min_score": min_score}
        super().__init__(partial(_open, model, num_threads, own))


def _open(model: str, num_threads: int, options: dict[str, Any]) -> Look:
    estimator = HandPoseEstimator(model, num_threads, **options)

    def look(file: FileMetadata, image: Image) -> dict[str, Any]:
        return {**estimator.predict(image).to_dict(), "image": file.path}

    return look
