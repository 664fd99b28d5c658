"""Rounds in which every contender runs once, so that all see the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import numpy as np

from handypose_tf.benchmarking.contender import Contender, Runner
from handypose_tf.benchmarking.measurement import Measurement

#: Rounds at the least, however slow the contenders, and at the most.
MIN_ROUNDS, MAX_ROUNDS = 20, 5000

#: Rounds that are not measured: caches fill and processors reach their clock.
WARM_UP_ROUNDS = 3


def benchmark(
    contenders: Sequence[Contender],
    thread_counts: Sequence[int] = (1,),
    *,
    reference: Contender | None = None,
    seconds: float = 10.0,
    on_round: Callable[[], object] = lambda: None,
) -> Iterator[Measurement]:
    """Measure contenders side by side.

    Each has a process of its own and waits while another runs. In every round each runs
    once, forwards and backwards in turn, so that whatever slows the machine for a while
    falls on all alike; ratios are taken within rounds.

    Args:
        contenders: Who takes part.
        thread_counts: All is measured on each of these numbers of threads.
        reference: Whom the others are compared with; it takes part too.
        seconds: How long to measure on each number of threads; at least `MIN_ROUNDS`
            rounds are.
        on_round: Called after every round.

    Yields:
        For each number of threads the contenders' measurements in their order, the
        reference's after them.

    Raises:
        ModelError: If a contender cannot be loaded.
    """
    others = [each for each in contenders if each is not reference]
    everybody = [*others, reference] if reference else others
    for num_threads in thread_counts:
        with ExitStack() as stack:
            runners = [
                stack.enter_context(each.running(num_threads)) for each in everybody
            ]
            times = _rounds(runners, seconds, on_round)
        against = times[-1] if reference else None
        for contender, runner, own in zip(everybody, runners, times, strict=True):
            compared = None if contender is reference else against
            yield Measurement(contender, num_threads, runner.loading, own, compared)


def _rounds(
    runners: Sequence[Runner], seconds: float, on_round: Callable[[], object]
) -> np.ndarray:
    """Return `(num_runners, num_rounds)` milliseconds."""
    for _ in range(WARM_UP_ROUNDS):
        for runner in runners:
            runner.run()
    rounds: list[list[float]] = []
    end = time.perf_counter() + seconds
    while len(rounds) < MIN_ROUNDS or (
        len(rounds) < MAX_ROUNDS and time.perf_counter() < end
    ):
        backwards = len(rounds) % 2 == 1
        order = runners[::-1] if backwards else runners
        times = [runner.run() for runner in order]
        rounds.append(times[::-1] if backwards else times)
        on_round()
    return np.array(rounds).T
