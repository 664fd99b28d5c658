"""An export counts only after it was run: parity, accuracy and latency of a file."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data import Reader
from handypose_tf.errors import ModelError
from handypose_tf.evaluation import Estimate, Evaluation, compare, evaluate
from handypose_tf.export.calibration import HandCrops, crop_hands
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.geometry import FloatArray
from handypose_tf.inference.pose_model import open_model
from handypose_tf.litert.census import OpCensus, op_census
from handypose_tf.models import HandyPose

#: Protocol and its columns that the change of accuracy is told by.
_PROTOCOL = "nsrm"
COLUMNS = ("pck_box@0.2", "pck_box@0.1", "epe")

#: Crops that the model takes at once.
_BATCH = 8

#: A first look at the latency: runs at the least and at the most, and seconds of them.
_FEWEST_RUNS, _MOST_RUNS, _SECONDS = 5, 45, 3.0

#: Threads that the latency is measured on.
THREADS = (1, 2)


@dataclass(frozen=True)
class Parity:
    """How far a file's keypoints lie from the model's, in pixels of the input.

    Attributes:
        mean: Mean over all points.
        median: Median; a peak that loses to another one moves the mean.
        max: The one that moved most.
        num_crops: Crops that both were run on.
    """

    mean: float
    median: float
    max: float
    num_crops: int


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

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        parts = {"model": self.model, "file": self.file, "change": self.change}
        return {
            "source": self.source,
            "num_hands": self.num_hands,
            "epe_growth_percent": self.epe_growth,
            **{
                name: {column: score.to_dict() for column, score in scores.items()}
                for name, scores in parts.items()
            },
        }


@dataclass(frozen=True)
class FileCheck:
    """What running a file has shown.

    Attributes:
        census: Its operations and partitions.
        parity: Distance of its keypoints from the model's.
        accuracy: Change of the figures on annotated hands; `None` without such.
        latency_ms: Number of threads -> median milliseconds of one run.
    """

    census: OpCensus
    parity: Parity
    accuracy: AccuracyChange | None
    latency_ms: Mapping[int, float]


class Checker:
    """Runs files against the float model that they come from.

    The model is run once, however many files are checked.

    Args:
        model: The model.
        reader: Annotated hands; without, parity is checked on turned crops of the
            package's own picture and accuracy is not.

    Raises:
        HandyPoseError: If the hands cannot be read or cropped for this model.
    """

    def __init__(self, model: HandyPose, reader: Reader | None = None) -> None:
        self._model = model
        self.source = "the demo picture" if reader is None else str(reader)
        self._hands: HandCrops | None = None
        if reader is None:
            self._crops = demo_crops(model.image_size)
        else:
            self._names = _same_names(model, reader)
            self._hands = crop_hands(reader.records(), model.metadata())
            self._crops = self._hands.crops

    def check_model(self, model: HandyPose) -> None:
        """Refuse a model whose files cannot be compared with this one's keypoints.

        Raises:
            ModelError: If it has another input size or another number of keypoints.
        """
        for name in ("image_size", "num_keypoints"):
            own, other = getattr(self._model, name), getattr(model, name)
            if own != other:
                raise ModelError(
                    f"{model.name} has {name} {other}, the model to compare it with "
                    f"{own}; compare it with one that has the same"
                )

    def check(self, path: str | os.PathLike[str]) -> FileCheck:
        """Count a file's operations, run it on all crops, and time it.

        Raises:
            ModelError: If LiteRT cannot run it.
        """
        found = open_model(path).run(self._crops).keypoints
        return FileCheck(
            census=op_census(path),
            parity=self._parity(found),
            accuracy=self._accuracy(found),
            latency_ms={threads: _median_ms(path, threads) for threads in THREADS},
        )

    @cached_property
    def _expected(self) -> FloatArray:
        """The model's own keypoints, `(num_crops, num_keypoints, 3)`."""
        decoder = self._model.decoder()
        batches = []
        for start in range(0, len(self._crops), _BATCH):
            crops = self._crops[start : start + _BATCH].astype(np.float32)
            heatmaps = self._model.predict_on_batch(crops)["heatmaps"]
            batches.append(np.asarray(decoder(heatmaps)))
        return np.concatenate(batches)

    @cached_property
    def _reference(self) -> Evaluation:
        return self._evaluate(self._expected)

    def _parity(self, found: FloatArray) -> Parity:
        height, width = self._crops.shape[1:3]
        steps = (found - self._expected)[..., :2] * (width, height)
        shift = np.linalg.norm(steps, axis=-1)
        return Parity(
            float(shift.mean()),
            float(np.median(shift)),
            float(shift.max()),
            len(self._crops),
        )

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
        assert self._hands is not None
        return evaluate(
            self._hands.records,
            self._hands.to_pictures(keypoints),
            _PROTOCOL,
            keypoint_names=self._names,
        )


def _same_names(model: HandyPose, reader: Reader) -> tuple[str, ...]:
    """Return the names of the keypoints; refuse hands with others than the model's."""
    names, own = tuple(reader.keypoint_names), model.metadata().keypoint_names
    if names != own:
        raise ModelError(
            f"{model.name} finds {len(own)} points, {own[0]} to {own[-1]}, not the "
            f"{len(names)} of {reader}; check it on such points"
        )
    return names


def _columns(scores: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {column: scores[column] for column in COLUMNS}


def _median_ms(path: str | os.PathLike[str], num_threads: int) -> float:
    model = open_model(path, num_threads)
    crop: NDArray[np.uint8] = np.full((1, *model.metadata.image_size, 3), 127, np.uint8)
    times: list[float] = []
    while len(times) < _FEWEST_RUNS or (
        len(times) < _MOST_RUNS and sum(times) < _SECONDS
    ):
        begin = time.perf_counter()
        model.run(crop)
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)
