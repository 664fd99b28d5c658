"""Many pictures on all cores, in order, each read, predicted and drawn by itself."""

from __future__ import annotations

import os
import queue
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from handypose_tf.errors import DataError
from handypose_tf.images import read_image, write_image
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.estimator import HandPoseEstimator
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.picture_entry import picture_entry
from handypose_tf.ordered_map import ordered_map


@dataclass(frozen=True)
class PictureResult:
    """What became of one picture.

    Attributes:
        path: Of the picture.
        hands: Found in it.
        entry: Its entry of a JSON file; if the picture cannot be used, `image` and
            `error` alone.
        error: Why the picture cannot be used; `None` if it can.
    """

    path: Path
    hands: list[HandPose]
    entry: dict[str, Any]
    error: str | None = None


class PicturePredictor:
    """Predicts pictures on several threads, one estimator for each.

    Threads, not processes: OpenCV and LiteRT let go of Python's lock.

    Args:
        estimators: One a thread.
        boxes: `(num_hands, 4)` of every picture; by default hands are searched for.
        max_hands: Most hands a picture, the best ones.
        targets: Picture to where its drawing goes; not drawn if it has none.
    """

    def __init__(
        self,
        estimators: Iterable[HandPoseEstimator],
        *,
        boxes: ArrayLike | None = None,
        max_hands: int | None = None,
        targets: Mapping[Path, Path] | None = None,
    ) -> None:
        """Take the estimators."""
        self._free: queue.SimpleQueue[HandPoseEstimator] = queue.SimpleQueue()
        self._num_threads = 0
        for estimator in estimators:
            self._free.put(estimator)
            self._num_threads += 1
        self._boxes = boxes
        self._max_hands = max_hands
        self._targets = targets or {}

    def run(self, paths: Iterable[Path]) -> Generator[PictureResult]:
        """Predict pictures; results come in the order of the paths.

        Raises:
            OutputError: If a drawing cannot be written.
        """
        return ordered_map(self._predict, paths, self._num_threads)

    def _predict(self, path: Path) -> PictureResult:
        estimator = self._free.get()
        try:
            return self._predict_with(estimator, path)
        except DataError as error:
            text = str(error)
            entry = {"image": os.fspath(path), "error": text}
            return PictureResult(path, [], entry, text)
        finally:
            self._free.put(estimator)

    def _predict_with(self, estimator: HandPoseEstimator, path: Path) -> PictureResult:
        image = read_image(path)
        try:
            hands = estimator.predict(image, self._boxes)[: self._max_hands]
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        if path in self._targets:
            drawn = draw_hands(image, hands, estimator.metadata.skeleton)
            write_image(self._targets[path], drawn)
        return PictureResult(path, hands, picture_entry(path, image, hands))


def open_estimators(
    make: Callable[[], HandPoseEstimator], count: int
) -> list[HandPoseEstimator]:
    """Return `count` estimators of one make, one for each thread.

    Warnings come once. A `.keras` file is opened once: TensorFlow has threads enough.
    """
    first = make()
    if first.path.suffix != ".tflite":
        return [first]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [first, *(make() for _ in range(count - 1))]
