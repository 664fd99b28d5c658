"""A detector's file counts only after it was run: its finds beside its model's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from handypose_tf.data import Reader
from handypose_tf.evaluation.bootstrap import Estimate, bootstrap
from handypose_tf.evaluation.detection import MatchedPhoto, match_photo, recall_at
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    as_finds,
    find_in_photos,
    labelled_photos,
    match_photos,
)
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.export.file_check import FileCheck, FileChecker, Parity, Runner
from handypose_tf.geometry import FloatArray
from handypose_tf.inference.hand_detector import HandDetector
from handypose_tf.litert.network import LiteRTNetwork
from handypose_tf.litert.precision import PRECISIONS
from handypose_tf.models import HandyPoseDetector

#: False alarms a photo at which recall is compared.
_ALARMS = 1.0

#: Smaller hands count neither way, pixels.
_MIN_SIZE = 48.0


@dataclass(frozen=True)
class FindingChange:
    """How many hands a file finds at one false alarm a photo, and its model.

    Attributes:
        model: The model's recall.
        file: The file's.
        change: `file - model` with its 95 % interval, paired on the same photos.
        num_hands: Hands of at least 48 px.
        source: Where the photos come from.
    """

    model: float
    file: float
    change: Estimate
    num_hands: int
    source: str

    def holds(self, precision: str) -> bool:
        """Tell whether the loss is allowed; true where none was set."""
        lost = -100 * self.change.value
        return lost <= PRECISIONS[precision].points.get("detector", np.inf)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "source": self.source,
            "num_hands": self.num_hands,
            "recall@1": {
                "model": self.model,
                "file": self.file,
                "change": self.change.to_dict(),
            },
        }

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""
        change = self.change
        yield "measured on", f"{self.num_hands} hands of {self.source}"
        yield (
            "found at one false alarm a photo",
            f"{100 * self.model:.2f} -> {100 * self.file:.2f} %, "
            f"{100 * change.value:+.2f} "
            f"({100 * change.low:+.2f} to {100 * change.high:+.2f})",
        )


class DetectorChecker(FileChecker):
    """Runs files of a detector against the float model that they come from.

    Args:
        model: The model.
        reader: Annotated hands, whose whole photos are looked at; without, parity is
            checked on turned crops of the package's own picture and recall is not.

    Raises:
        HandyPoseError: If the hands cannot be read.
    """

    finds = "best finds"

    def __init__(self, model: HandyPoseDetector, reader: Reader | None = None) -> None:
        super().__init__(model)
        self._crops = demo_crops(model.image_size)
        self._source = str(reader)
        self._photos = (
            labelled_photos(reader.records(), min_size=_MIN_SIZE) if reader else []
        )

    def check(self, path: str | os.PathLike[str]) -> FileCheck:
        """Run a file on all pictures; see `FileChecker.check`."""
        network = LiteRTNetwork(path, kind="detector")
        found = np.stack([network.run(crop, "hands") for crop in self._crops])

        def open_runner(num_threads: int) -> Runner:
            timed = LiteRTNetwork(path, num_threads, kind="detector")
            return lambda crop: timed.run(crop, "hands")

        accuracy = self._accuracy(path) if self._photos else None
        return self._checked(path, self._parity(found), accuracy, open_runner)

    def _parity(self, found: FloatArray) -> Parity:
        """Compare the model's best find of each picture with the file's nearest."""
        maps = self._model.predict_on_batch(self._crops.astype(np.float32))["maps"]
        expected = np.asarray(self._model.decoder()(maps))
        best = expected[np.arange(len(expected)), expected[..., -1].argmax(axis=1)]
        steps = (found[..., :2] - best[:, None, :2]) * self._model.image_size[::-1]
        shifts = np.linalg.norm(steps, axis=-1).min(axis=1)
        return Parity.of(shifts, len(self._crops))

    def _accuracy(self, path: str | os.PathLike[str]) -> FindingChange:
        detector = HandDetector(path, min_score=LOWEST_SCORE)
        found = find_in_photos(lambda i: as_finds(detector.detect(i)), self._photos)
        file = [match_photo(photo) for photo in found]

        def difference(weights: FloatArray) -> FloatArray:
            return np.array(
                [[_recall(file, row) - _recall(self._expected, row)] for row in weights]
            )

        [change] = bootstrap(difference, len(file))
        return FindingChange(
            model=_recall(self._expected),
            file=_recall(file),
            change=change,
            num_hands=sum(photo.num_hands for photo in file),
            source=self._source,
        )

    @cached_property
    def _expected(self) -> list[MatchedPhoto]:
        """The model's own finds, told from false alarms."""
        return match_photos(self._model, self._photos)


def _recall(photos: Sequence[MatchedPhoto], weights: FloatArray | None = None) -> float:
    return recall_at(photos, _ALARMS, weights)[0]
