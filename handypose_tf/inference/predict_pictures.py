"""Many pictures on all cores, in order, each read, predicted and drawn by itself."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from handypose_tf.errors import DataError
from handypose_tf.images import read_image
from handypose_tf.inference.estimator import HandPoseEstimator
from handypose_tf.inference.estimator_pool import EstimatorPool
from handypose_tf.inference.hand_poses import HandPoses


@dataclass(frozen=True)
class PictureResult:
    """What became of one picture.

    Attributes:
        path: Of the picture.
        hands: Found in it; `None` if it cannot be used.
        entry: Its entry of a JSON file; if the picture cannot be used, `image` and
            `error` alone.
        error: Why the picture cannot be used; `None` if it can.
    """

    path: Path
    hands: HandPoses | None
    entry: dict[str, Any]
    error: str | None = None


class PicturePredictor:
    """Predicts pictures on several threads, one estimator for each.

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
        self._pool = EstimatorPool(estimators)
        self._boxes = boxes
        self._max_hands = max_hands
        self._targets = targets or {}

    def run(self, paths: Iterable[Path]) -> Generator[PictureResult]:
        """Predict pictures; results come in the order of the paths.

        Raises:
            OutputError: If a drawing cannot be written.
        """
        return self._pool.map(self._predict, paths)

    def _predict(self, estimator: HandPoseEstimator, path: Path) -> PictureResult:
        try:
            hands = self._predict_with(estimator, path)
        except DataError as error:
            text = str(error)
            entry = {"image": os.fspath(path), "error": text}
            return PictureResult(path, None, entry, text)
        return PictureResult(path, hands, hands.to_dict())

    def _predict_with(self, estimator: HandPoseEstimator, path: Path) -> HandPoses:
        """Read a file once, also for its drawing."""
        image = read_image(path)
        try:
            hands = estimator.predict(image, self._boxes)[: self._max_hands]
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        if path in self._targets:
            hands.save(self._targets[path])
        return hands.of_file(path)


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
