from __future__ import annotations

import itertools
import threading
import time

import pytest

from handypose_tf.inference.many_pictures import map_in_order


@pytest.mark.parametrize("num_threads", [1, 2, 5])
def test_results_keep_the_order(num_threads):
    def slow_first(worker: str, item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return item * item

    found = list(map_in_order(slow_first, "w" * num_threads, range(40)))
    assert found == [item * item for item in range(40)]


def test_items_are_taken_a_few_ahead():
    """An endless stream: 3 items a thread are under way, no more."""
    taken = []

    def items():
        for item in itertools.count():
            taken.append(item)
            yield item

    results = map_in_order(lambda _, item: str(item), "ab", items())
    assert [next(results) for _ in range(10)] == list(map(str, range(10)))
    assert len(taken) == 10 + 2 * 3 - 1
    results.close()


def test_closing_drops_what_has_not_begun():
    begun, gate = [], threading.Event()

    def wait(worker: str, item: int) -> int:
        begun.append(item)
        gate.wait(5)
        return item

    results = map_in_order(wait, "a", range(100))
    gate.set()
    assert next(results) == 0
    results.close()
    assert len(begun) <= 4


def test_an_error_comes_at_its_place():
    def refuse_three(worker: str, item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    results = map_in_order(refuse_three, "ab", range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_no_items_no_results():
    assert list(map_in_order(lambda _, item: item, "ab", [])) == []
