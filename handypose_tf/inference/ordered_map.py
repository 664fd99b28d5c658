"""A map over a stream on several threads that keeps the order and bounds the memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Items that are under way or wait for their turn, for each thread.
_AHEAD = 3


def ordered_map(
    function: Callable[[Item], Result], items: Iterable[Item], num_threads: int
) -> Generator[Result]:
    """Yield `function(item)` for each item, in order.

    Items are taken as they are needed, a few ahead of the result that is waited for.
    Closing the iterator early drops what has not begun and waits for the rest.

    Args:
        function: Called on several threads at once.
        items: May be endless.
        num_threads: 1 or more.
    """
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(num_threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= _AHEAD * num_threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
