"""The process in which one contender runs, alone with its runtime.

A process of its own makes loading cold, memory the contender's own and the number of
threads free to choose, and lets TensorFlow stay out of the others.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from handypose_tf.benchmarking.runtimes import Run
from handypose_tf.errors import HandyPoseError

#: Loads a contender for a number of threads.
Open = Callable[[int], Run]

_STATUS = Path("/proc/self/status")


class Loading(NamedTuple):
    """What it takes until a contender has run once.

    Attributes:
        milliseconds: Time from the file to the first result.
        memory: Private bytes that the process has more than before: the arena, the
            delegate's workspace and packed weights, no mapped file; `None` where the
            system does not tell.
    """

    milliseconds: float
    memory: int | None


def serve(connection: Connection, open_run: Open, num_threads: int) -> None:
    """Load a contender, send its `Loading`, then time a run for every message.

    A `HandyPoseError` of loading is sent in place of the `Loading`. Ends when the other
    side closes the connection.
    """
    _drop_stderr()
    try:
        run, loading = _load(open_run, num_threads)
    except HandyPoseError as error:
        connection.send(error)
        return
    connection.send(loading)
    gc.disable()
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send(_time(run))


def _load(open_run: Open, num_threads: int) -> tuple[Run, Loading]:
    before, start = _private_bytes(), time.perf_counter()
    run = open_run(num_threads)
    run()
    milliseconds = 1e3 * (time.perf_counter() - start)
    after = _private_bytes()
    memory = None if before is None or after is None else after - before
    return run, Loading(milliseconds, memory)


def _time(run: Run) -> float:
    """Return the milliseconds of one run."""
    start = time.perf_counter_ns()
    run()
    return (time.perf_counter_ns() - start) / 1e6


def _private_bytes() -> int | None:
    """Return the memory that is this process' own and no file's (Linux)."""
    if not _STATUS.is_file():
        return None
    fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return 1024 * int(fields["RssAnon"].split()[0])


def _drop_stderr() -> None:
    """Native libraries announce themselves there and have no switch for it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
