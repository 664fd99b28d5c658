"""An export counts only after it was run: parity, accuracy and latency of a file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from handypose_tf.data import Reader
from handypose_tf.evaluation import Estimate, Evaluation, Predictions, compare
from handypose_tf.evaluation.measure import (
    check_points,
    measure_predictions,
    select_from,
)
from handypose_tf.export.calibration_crops import HandCrops, crop_hands
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.export.file_check import FileCheck, FileChecker, Parity, Runner
from handypose_tf.geometry import FloatArray
from handypose_tf.inference.pose_model import open_model
from handypose_tf.litert.metadata import plain
from handypose_tf.litert.precision import PRECISIONS
from handypose_tf.models import HandyPose
from handypose_tf.models.described_model import DescribedModel

#: Protocol and its columns that the change of accuracy is told by.
_PROTOCOL = "nsrm"
COLUMNS = ("pck_box@0.2", "pck_box@0.1", "epe")

#: Crops that the model takes at once.
_BATCH = 8

#: How much an 8-bit file's EPE may grow, percent.
ALLOWED_EPE_PERCENT = 2.0


@dataclass(frozen=True)
class AccuracyChange:
    """What a file is worth on annotated hands, and how that differs from the model.

    Attributes:
        model: The model's figures, by `COLUMNS`.
        file: The file's.
        change: `file - model` with its 95 % interval, paired on the same hands.
        num_hands: Number of hands.
        source: Where the hands come from.
    """

    model: Mapping[str, Estimate]
    file: Mapping[str, Estimate]
    change: Mapping[str, Estimate]
    num_hands: int
    source: str

    @property
    def points_lost(self) -> float:
        """Points of pck_box@0.2 that the file has less."""
        return -100 * self.change["pck_box@0.2"].value

    @property
    def epe_growth(self) -> float:
        """How much greater the file's EPE is, percent."""
        return 100 * self.change["epe"].value / self.model["epe"].value

    def holds(self, precision: str) -> bool:
        """Tell whether the loss is allowed; true where none was set."""
        allowed = PRECISIONS[precision].points.get("pose")
        if allowed is None:
            return True
        return self.points_lost <= allowed and self.epe_growth <= ALLOWED_EPE_PERCENT

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""
        yield "measured on", f"{self.num_hands} hands of {self.source}"
        for column, change in self.change.items():
            factor, unit = (1, " px") if column == "epe" else (100, " %")
            before, after = self.model[column], self.file[column]
            ends = f"{factor * change.low:+.2f} to {factor * change.high:+.2f}"
            yield (
                column,
                f"{factor * before.value:.2f} -> {factor * after.value:.2f}{unit}, "
                f"{factor * change.value:+.2f} ({ends})",
            )
        yield "EPE grows by", f"{self.epe_growth:+.2f} %"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        parts = {"model": self.model, "file": self.file, "change": self.change}
        return {
            "source": self.source,
            "num_hands": self.num_hands,
            "epe_growth_percent": self.epe_growth,
            **plain(parts),
        }


class Checker(FileChecker):
    """Runs files of a pose network against the float model that they come from.

    Args:
        model: The model.
        reader: Annotated hands; without, parity is checked on turned crops of the
            package's own picture and accuracy is not.

    Raises:
        HandyPoseError: If the hands cannot be read or cropped for this model.
    """

    finds = "keypoints"

    def __init__(self, model: HandyPose, reader: Reader | None = None) -> None:
        super().__init__(model)
        self.source = "the demo picture" if reader is None else str(reader)
        self._hands: HandCrops | None = None
        if reader is None:
            self._crops = demo_crops(model.image_size)
        else:
            check_points(model.metadata().keypoint_names, reader, model.name)
            self._selected = select_from(reader)
            self._hands = crop_hands(self._selected.records, model.metadata())
            self._crops = self._hands.crops

    def check_model(self, model: DescribedModel) -> None:
        """Refuse a model with other keypoints too; see `FileChecker.check_model`."""
        super().check_model(model)
        self._check_same(model, "num_keypoints")

    def check(self, path: str | os.PathLike[str]) -> FileCheck:
        """Run a file on all crops; see `FileChecker.check`."""
        found = open_model(path).run(self._crops).keypoints

        def open_runner(num_threads: int) -> Runner:
            model = open_model(path, num_threads)
            return lambda crop: model.run(crop[None])

        accuracy = self._accuracy(found)
        return self._checked(path, self._parity(found), accuracy, open_runner)

    @cached_property
    def _expected(self) -> FloatArray:
        """The model's own keypoints, `(num_crops, num_keypoints, 3)`."""
        decoder = self._model.decoder()
        batches = []
        for start in range(0, len(self._crops), _BATCH):
            crops = self._crops[start : start + _BATCH].astype(np.float32)
            maps = self._model.predict_on_batch(crops)[self._model.maps_name]
            batches.append(np.asarray(decoder(maps)))
        return np.concatenate(batches)

    @cached_property
    def _reference(self) -> Evaluation:
        return self._evaluate(self._expected)

    def _parity(self, found: FloatArray) -> Parity:
        height, width = self._crops.shape[1:3]
        steps = (found - self._expected)[..., :2] * (width, height)
        shifts = np.linalg.norm(steps, axis=-1)
        return Parity.of(shifts, len(self._crops))

    def _accuracy(self, found: FloatArray) -> AccuracyChange | None:
        if self._hands is None:
            return None
        other = self._evaluate(found)
        return AccuracyChange(
            model=_columns(self._reference.scores),
            file=_columns(other.scores),
            change=_columns(compare(self._reference, other)),
            num_hands=other.num_hands,
            source=self.source,
        )

    def _evaluate(self, keypoints: FloatArray) -> Evaluation:
        """Measure points found in the crops as `measure_model` does."""
        assert self._hands is not None
        found = Predictions(self._hands.to_pictures(keypoints), keypoints[..., 2])
        hands, name = self._selected, self._model.name
        return measure_predictions(found, hands, _PROTOCOL, name).evaluation


def _columns(scores: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {column: scores[column] for column in COLUMNS}
