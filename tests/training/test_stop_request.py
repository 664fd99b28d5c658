"""Ctrl-C: the first asks, the second ends."""

from __future__ import annotations

import os
import signal

from handypose_tf.training.callbacks import StopRequest


def test_the_first_asks_and_the_second_would_end_the_process():
    stop, told = StopRequest(), []
    before = signal.getsignal(signal.SIGINT)
    with stop.on_signals(signal.SIGTERM, signal.SIGINT, tell=told.append):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal == signal.SIGINT
        assert signal.getsignal(signal.SIGINT) == signal.SIG_DFL
    assert told == ["the run stops after this step; Ctrl-C again ends it at once"]
    assert signal.getsignal(signal.SIGINT) == before


def test_a_scheduler_may_ask_twice():
    stop = StopRequest()
    with stop.on_signals(signal.SIGTERM):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.signal == signal.SIGTERM
