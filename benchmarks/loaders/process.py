"""A loader in a process of its own, which loads when it is told to.

Each line of the input is a number of images; the answer is a line of JSON with the
seconds and the CPU seconds that they took. No import but the standard library's: it
runs in the peers' environments too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

#: Batches taken before the clock starts: what was made ahead is no work of this round.
_DRAINED = 6


def serve(batches: Iterator[Any], batch_size: int) -> None:
    """Load as many images as each line asks for, until the input ends."""
    next(batches)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        for _ in range(_DRAINED):
            next(batches)
        count = -(-int(line) // batch_size)
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            next(batches)
        spent = {
            "images": count * batch_size,
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
        }
        print(json.dumps(spent), flush=True)
