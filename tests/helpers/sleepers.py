"""Contenders whose latency is known; imported by the processes they run in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from handypose_tf.benchmarking import Contender
from handypose_tf.errors import ModelError


def open_sleep(milliseconds: float, num_threads: int) -> Callable[[], None]:
    return partial(time.sleep, milliseconds * num_threads / 1e3)


def open_nothing(num_threads: int) -> Callable[[], None]:
    raise ModelError(f"nothing to load for {num_threads} threads")


def open_crash(num_threads: int) -> Callable[[], None]:
    return partial(os._exit, 3)


def open_memory(num_bytes: int, num_threads: int) -> Callable[[], object]:
    kept = np.ones(num_bytes, np.uint8)
    return lambda: kept[0]


def sleeper(name: str, milliseconds: float) -> Contender:
    return Contender(name, partial(open_sleep, milliseconds), macs=1000)
