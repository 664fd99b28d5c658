"""Many pictures, in order, on as many threads as there are estimators.

Threads, not processes: OpenCV and LiteRT let go of Python's lock.
"""

from __future__ import annotations

import contextlib
import os
import queue
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numpy.typing import ArrayLike

from handypose_tf.errors import DataError
from handypose_tf.images import read_image
from handypose_tf.inference.hand_poses import HandPoses
from handypose_tf.inference.picture_input import each_picture

if TYPE_CHECKING:
    from handypose_tf.inference.estimator import HandPoseEstimator

Worker = TypeVar("Worker")
Item = TypeVar("Item")
Result = TypeVar("Result")

#: What may be done with a picture that cannot be read.
ON_ERROR = ("raise", "skip")

#: Items that are under way or wait for their turn, for each thread.
_AHEAD = 3


def map_in_order(
    function: Callable[[Worker, Item], Result],
    workers: Sequence[Worker],
    items: Iterable[Item],
) -> Generator[Result]:
    """Yield `function(worker, item)` for each item, in order.

    Items are taken as they are needed, a few ahead of the result that is waited for.
    Closing the iterator early drops what has not begun and waits for the rest.

    Args:
        function: Called on several threads, each time with a worker of its own.
        workers: One a thread.
        items: May be endless.
    """
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def call(item: Item) -> Result:
        worker = free.get()
        try:
            return function(worker, item)
        finally:
            free.put(worker)

    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            for item in items:
                pending.append(pool.submit(call, item))
                if len(pending) >= _AHEAD * len(workers):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def predict_each(
    estimators: Sequence[HandPoseEstimator], pictures: Any, *, skip: bool
) -> Generator[HandPoses]:
    """Yield the hands of each picture, in order.

    Args:
        estimators: One a thread.
        pictures: As for :func:`each_picture`.
        skip: Whether pictures that cannot be read are passed, with a warning each.

    Raises:
        DataError: If a picture cannot be read and is not to be passed.
    """

    def predict(estimator: HandPoseEstimator, picture: Any) -> HandPoses | DataError:
        try:
            return estimator.predict(picture)
        except DataError as error:
            return error

    results = map_in_order(predict, estimators, each_picture(pictures))
    with contextlib.closing(results):
        for result in results:
            if not isinstance(result, DataError):
                yield result
            elif skip:
                warnings.warn(f"passed: {result}", stacklevel=2)
            else:
                raise result


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


def predict_files(
    estimators: Sequence[HandPoseEstimator],
    paths: Iterable[Path],
    *,
    boxes: ArrayLike | None = None,
    max_hands: int | None = None,
    targets: Mapping[Path, Path],
) -> Generator[PictureResult]:
    """Predict pictures, each read once, also for its drawing; results in their order.

    Args:
        estimators: One a thread.
        paths: Of the pictures.
        boxes: `(num_hands, 4)` of every picture; by default hands are searched for.
        max_hands: Most hands a picture, the best ones.
        targets: Picture to where its drawing goes; not drawn if it has none.

    Raises:
        OutputError: If a drawing cannot be written.
    """

    def hands_of(estimator: HandPoseEstimator, path: Path) -> HandPoses:
        image = read_image(path)
        try:
            hands = estimator.predict(image, boxes)[:max_hands]
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
        if path in targets:
            hands.save(targets[path])
        return hands.of_file(path)

    def predict(estimator: HandPoseEstimator, path: Path) -> PictureResult:
        try:
            hands = hands_of(estimator, path)
        except DataError as error:
            entry = {"image": os.fspath(path), "error": str(error)}
            return PictureResult(path, None, entry, str(error))
        return PictureResult(path, hands, hands.to_dict())

    return map_in_order(predict, estimators, paths)
