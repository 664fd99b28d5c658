from __future__ import annotations

from functools import partial

import pytest
from sleepers import open_crash, open_memory, open_nothing, sleeper

from handypose_tf.benchmarking import Contender, benchmark
from handypose_tf.benchmarking.benchmark import MIN_ROUNDS
from handypose_tf.errors import ModelError


def test_latency_ratio_and_order():
    short, long = sleeper("short", 4), sleeper("long", 16)
    rounds = []
    found = list(
        benchmark(
            [short],
            (1, 2),
            reference=long,
            seconds=0,
            on_round=lambda: rounds.append(1),
        )
    )
    assert [(each.contender.name, each.num_threads) for each in found] == [
        *(("short", 1), ("long", 1), ("short", 2), ("long", 2))
    ]
    assert len(rounds) == 2 * MIN_ROUNDS
    for each in found:
        asked = {"short": 4, "long": 16}[each.contender.name] * each.num_threads
        assert each.milliseconds.shape == (MIN_ROUNDS,)
        assert asked <= each.minimum < asked + 4
        assert each.loading.milliseconds >= asked
    assert found[0].ratio.median == pytest.approx(0.25, abs=0.15)
    assert found[1].ratio is None
    assert found[0].macs_per_second == pytest.approx(1e6 / found[0].median)


def test_the_reference_runs_once_though_named_twice():
    model = sleeper("a", 0)
    found = list(benchmark([model], reference=model, seconds=0))
    assert len(found) == 1


def test_memory_is_the_contender_s_own():
    size = 50_000_000
    model = Contender("big", partial(open_memory, size))
    [found] = benchmark([model], seconds=0)
    if found.loading.memory is None:
        pytest.skip("this system does not tell a process' private memory")
    assert found.loading.memory == pytest.approx(size, rel=0.1)


def test_errors_of_loading_arrive():
    with pytest.raises(ModelError, match="nothing to load for 2 threads"):
        list(benchmark([Contender("none", open_nothing)], (2,)))


def test_a_crash_is_told():
    with pytest.raises(ModelError, match="bad: its runtime crashed"):
        list(benchmark([Contender("bad", open_crash)]))
