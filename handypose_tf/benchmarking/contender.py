"""What takes part in a benchmark, and its process while it does."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from handypose_tf.benchmarking.runtimes import open_run
from handypose_tf.benchmarking.worker import Loading, Open, serve
from handypose_tf.errors import HandyPoseError, ModelError
from handypose_tf.litert.census import op_census
from handypose_tf.litert.macs import count_tflite_macs

#: Seconds that a process may take to end before it is ended.
_PATIENCE = 5


@dataclass(frozen=True)
class Contender:
    """A network that can be loaded in a process of its own.

    Attributes:
        name: What tables call it.
        open_run: Loads it for a number of threads; a function that can be pickled.
        macs: Multiply-accumulates of one run; `None` if unknown.
        partitions: Delegate partitions that it is split into; `None` if it has none.
        is_int8: Whether most of them are 8-bit products.
        path: Its `.tflite` file, if it is one.
    """

    name: str
    open_run: Open
    macs: int | None = None
    partitions: int | None = None
    is_int8: bool = False
    path: Path | None = None

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], name: str | None = None
    ) -> Contender:
        """Describe a `.tflite` or `.keras` file.

        Raises:
            ModelError: If a `.tflite` file is missing or LiteRT cannot load it.
        """
        name, load = name or Path(path).stem, partial(open_run, path)
        if Path(path).suffix.lower() != ".tflite":
            return cls(name, load)
        macs = count_tflite_macs(path)
        return cls(
            name,
            load,
            macs=macs.total,
            partitions=op_census(path).partitions,
            is_int8=2 * macs.int8 > macs.total,
            path=Path(path),
        )

    @contextmanager
    def running(self, num_threads: int) -> Iterator[Runner]:
        """Load it in a new process, which ends with the block.

        Raises:
            ModelError: If it cannot be loaded.
        """
        # Started anew, not forked: threads of a loaded runtime do not survive a fork.
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        process = spawn.Process(
            target=serve, args=(theirs, self.open_run, num_threads), daemon=True
        )
        process.start()
        theirs.close()
        try:
            yield Runner(self.name, ours)
        finally:
            ours.close()
            _end(process)


class Runner:
    """A loaded contender, seen from outside its process.

    Attributes:
        loading: What it took until it had run once.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        self._name, self._connection = name, connection
        self.loading: Loading = self._receive()

    def run(self) -> float:
        """Run once and return the milliseconds that it took."""
        self._connection.send(None)
        return self._receive()

    def _receive(self) -> Any:
        try:
            answer = self._connection.recv()
        except (EOFError, ConnectionResetError) as error:
            raise ModelError(
                f"{self._name}: its runtime crashed; run `handypose predict` with it"
            ) from error
        if isinstance(answer, HandyPoseError):
            raise answer
        return answer


def _end(process: BaseProcess) -> None:
    process.join(_PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
