"""What running an exported file shows, whatever it is for."""

from __future__ import annotations

import os
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.litert.census import OpCensus, op_census
from handypose_tf.models.described_model import DescribedModel

#: A first look at the latency: runs at the least and at the most, and seconds of them.
_FEWEST_RUNS, _MOST_RUNS, _SECONDS = 5, 45, 3.0

#: Threads that the latency is measured on.
THREADS = (1, 2)

#: Runs a crop of a file's input size.
Runner = Callable[[NDArray[np.uint8]], Any]


@dataclass(frozen=True)
class Parity:
    """How far what a file finds lies from what its model does, pixels of the input.

    Attributes:
        mean: Mean over all points; of a detector over the best find of each picture.
        median: Median; a peak that loses to another one moves the mean.
        max: The one that moved most.
        num_crops: Crops that both were run on.
    """

    mean: float
    median: float
    max: float
    num_crops: int

    @classmethod
    def of(cls, shifts: NDArray, num_crops: int) -> Parity:
        """Summarise the distances of all points."""
        mean, median = float(shifts.mean()), float(np.median(shifts))
        return cls(mean, median, float(shifts.max()), num_crops)


class Change(Protocol):
    """What a file is worth on annotated hands, beside its model."""

    def holds(self, precision: str) -> bool:
        """Tell whether the loss is one that a precision may have."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""


@dataclass(frozen=True)
class FileCheck:
    """What running a file has shown.

    Attributes:
        census: Its operations and partitions.
        parity: Distance of what it finds from what the model does.
        accuracy: Change of the figures on annotated hands; `None` without such.
        latency_ms: Number of threads -> median milliseconds of one run.
        finds: What parity is the distance of, in words.
    """

    census: OpCensus
    parity: Parity
    accuracy: Change | None
    latency_ms: Mapping[int, float]
    finds: str


class FileChecker(ABC):
    """Runs files against the float model that they come from.

    Args:
        model: The model; it is run once, however many files are checked.
    """

    #: What files find, in words.
    finds: str

    def __init__(self, model: DescribedModel) -> None:
        self._model: Any = model

    @abstractmethod
    def check(self, path: str | os.PathLike[str]) -> FileCheck:
        """Count a file's operations, run it on all crops, and time it.

        Raises:
            ModelError: If LiteRT cannot run it.
        """

    def check_model(self, model: DescribedModel) -> None:
        """Refuse a model whose files cannot be compared with this one.

        Raises:
            ModelError: If it is of another kind or has another input size.
        """
        if type(model) is not type(self._model):
            raise ModelError(
                f"{model.name} is a {type(model).__name__}, the model to compare it "
                f"with a {type(self._model).__name__}; compare like with like"
            )
        self._check_same(model, "image_size")

    def _check_same(self, model: Any, name: str) -> None:
        own, other = getattr(self._model, name), getattr(model, name)
        if own != other:
            raise ModelError(
                f"{model.name} has {name} {other}, the model to compare it with "
                f"{own}; compare it with one that has the same"
            )

    def _checked(
        self,
        path: str | os.PathLike[str],
        parity: Parity,
        accuracy: Change | None,
        open_runner: Callable[[int], Runner],
    ) -> FileCheck:
        """Put together what was found, and time the file by threads."""
        height, width = self._model.image_size
        crop: NDArray[np.uint8] = np.full((height, width, 3), 127, np.uint8)
        return FileCheck(
            census=op_census(path),
            parity=parity,
            accuracy=accuracy,
            latency_ms={n: _median_ms(open_runner(n), crop) for n in THREADS},
            finds=self.finds,
        )


def _median_ms(run: Runner, crop: NDArray[np.uint8]) -> float:
    times: list[float] = []
    while len(times) < _FEWEST_RUNS or (
        len(times) < _MOST_RUNS and sum(times) < _SECONDS
    ):
        begin = time.perf_counter()
        run(crop)
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)
