from __future__ import annotations

import itertools
import threading
import time

import pytest

from handypose_tf.inference.ordered_map import ordered_map


@pytest.mark.parametrize("num_threads", [1, 2, 5])
def test_results_keep_the_order(num_threads):
    def slow_first(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return item * item

    found = list(ordered_map(slow_first, range(40), num_threads))
    assert found == [item * item for item in range(40)]


def test_items_are_taken_a_few_ahead():
    """An endless stream: 3 items a thread are under way, no more."""
    taken = []

    def items():
        for item in itertools.count():
            taken.append(item)
            yield item

    results = ordered_map(str, items(), 2)
    assert [next(results) for _ in range(10)] == list(map(str, range(10)))
    assert len(taken) == 10 + 2 * 3 - 1
    results.close()


def test_closing_drops_what_has_not_begun():
    begun, gate = [], threading.Event()

    def wait(item: int) -> int:
        begun.append(item)
        gate.wait(5)
        return item

    results = ordered_map(wait, range(100), 1)
    gate.set()
    assert next(results) == 0
    results.close()
    assert len(begun) <= 4


def test_an_error_comes_at_its_place():
    def refuse_three(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    results = ordered_map(refuse_three, range(9), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_no_items_no_results():
    assert list(ordered_map(str, [], 2)) == []
