from __future__ import annotations

import os
import signal

import pytest

from handypose_tf.cli.interrupt import patient_interrupt


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_time_is_noted_and_the_work_goes_on():
    with patient_interrupt() as interrupt:
        press()
        assert interrupt.is_asked


def test_the_second_time_raises():
    with pytest.raises(KeyboardInterrupt), patient_interrupt():
        press()
        press()


def test_afterwards_all_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with patient_interrupt() as interrupt:
        assert not interrupt.is_asked
    assert signal.getsignal(signal.SIGINT) is before
