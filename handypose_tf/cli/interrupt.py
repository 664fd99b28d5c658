"""Ctrl-C that lets the work at hand be finished."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.is_asked = False


@contextmanager
def patient_interrupt() -> Iterator[Interrupt]:
    """Note the first Ctrl-C in place of raising; the second one raises as ever."""
    interrupt = Interrupt()

    def note(number: int, frame: FrameType | None) -> None:
        interrupt.is_asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
