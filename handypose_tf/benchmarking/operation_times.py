"""Where a `.tflite` file's time goes: each operation cut out and timed by itself.

LiteRT's Python interface has no profiler. A cut-out operation pays for its own input
and output, which inside a network stay in caches, and is not fused with its neighbours;
so read shares of the sum, not the sum.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handypose_tf.benchmarking.runtimes import fill_inputs
from handypose_tf.litert.census import op_census
from handypose_tf.litert.cut_operations import cut_operations
from handypose_tf.litert.interpreter import open_interpreter
from handypose_tf.litert.macs import read_operations, tensor_shapes

#: Every operation runs at least so often and, if it is short, for so many seconds.
_RUNS, _SECONDS = 5, 0.02

#: Kind of all that follows the heatmaps.
DECODING = "decoding"


@dataclass(frozen=True)
class OperationTime:
    """What one operation, or all of a kind, takes.

    Attributes:
        kind: Its name, for convolutions with the kernel's size; or `DECODING`.
        milliseconds: Its shortest run.
        macs: Its multiply-accumulates.
        count: How many operations these are.
    """

    kind: str
    milliseconds: float
    macs: int
    count: int = 1


def operation_times(
    path: str | os.PathLike[str], num_threads: int = 1
) -> list[OperationTime]:
    """Time every operation of a file, in the order they run.

    Raises:
        ModelError: If the file is missing or LiteRT cannot load it.
    """
    counted = read_operations(path)
    census = op_census(path).operations
    times = []
    for index, file in cut_operations(Path(path).read_bytes(), tensor_shapes(path)):
        kind = counted[index].kind if census[index].in_body else DECODING
        shortest = _shortest_run(file, num_threads)
        times.append(OperationTime(kind, shortest, counted[index].macs))
    return times


def times_by_kind(times: Iterable[OperationTime]) -> list[OperationTime]:
    """Add up what is of one kind; the longest first."""
    kinds: dict[str, list[OperationTime]] = {}
    for each in times:
        kinds.setdefault(each.kind, []).append(each)
    sums = [
        OperationTime(
            kind,
            sum(each.milliseconds for each in members),
            sum(each.macs for each in members),
            len(members),
        )
        for kind, members in kinds.items()
    ]
    return sorted(sums, key=lambda each: -each.milliseconds)


def operation_table(
    times: Sequence[OperationTime],
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table of kinds."""
    total = sum(each.milliseconds for each in times)
    rows = [
        [
            each.kind,
            str(each.count),
            f"{each.milliseconds:.3f}",
            f"{100 * each.milliseconds / total:.1f}",
            f"{each.macs / each.milliseconds / 1e6:.1f}" if each.macs else "-",
        ]
        for each in times_by_kind(times)
    ]
    return ["operation", "count", "ms", "% of the sum", "GMAC/s"], rows


def _shortest_run(file: bytes, num_threads: int) -> float:
    """Return milliseconds."""
    interpreter = open_interpreter(file, num_threads)
    fill_inputs(interpreter)
    interpreter.invoke()
    times: list[float] = []
    end = time.perf_counter() + _SECONDS
    while len(times) < _RUNS or time.perf_counter() < end:
        start = time.perf_counter_ns()
        interpreter.invoke()
        times.append((time.perf_counter_ns() - start) / 1e6)
    return min(times)
