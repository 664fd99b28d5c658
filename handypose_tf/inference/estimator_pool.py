"""Several estimators that share the work on many pictures."""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator, Iterable
from typing import Generic, TypeVar

from handypose_tf.inference.ordered_map import ordered_map

Estimator = TypeVar("Estimator")
Item = TypeVar("Item")
Result = TypeVar("Result")


class EstimatorPool(Generic[Estimator]):
    """Lends each of its estimators to one thread at a time.

    Threads, not processes: OpenCV and LiteRT let go of Python's lock.

    Args:
        estimators: One a thread.
    """

    def __init__(self, estimators: Iterable[Estimator]) -> None:
        self._free: queue.SimpleQueue[Estimator] = queue.SimpleQueue()
        self._num_threads = 0
        for estimator in estimators:
            self._free.put(estimator)
            self._num_threads += 1

    def map(
        self, function: Callable[[Estimator, Item], Result], items: Iterable[Item]
    ) -> Generator[Result]:
        """Yield `function(estimator, item)` for each item, in order.

        Args:
            function: Called on several threads, with an estimator of its own.
            items: May be endless.
        """

        def call(item: Item) -> Result:
            estimator = self._free.get()
            try:
                return function(estimator, item)
            finally:
                self._free.put(estimator)

        return ordered_map(call, items, self._num_threads)
