"""A line now and then that tells how far a run is, where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tensorflow import keras

#: The first line comes soon, so that one sees that it runs.
_FIRST_SECONDS, _EVERY_SECONDS = 5.0, 60.0


class ProgressLines(keras.callbacks.Callback):
    """Says epoch, step, loss and the time that is left.

    Args:
        say: Takes a line.
        epochs: Of the whole run.
        clock: Seconds.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        epochs: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._say, self._epochs, self._clock = say, epochs, clock
        self._next: float | None = None
        self._epoch, self._done, self._begin = 0, 0, 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Say where the run is, if the last line was long ago."""
        now = self._clock()
        if self._next is None:  # the first step was compiled, which tells nothing
            self._begin, self._next = now, now + _FIRST_SECONDS
            return
        self._done += 1
        if now < self._next:
            return
        self._next = now + _EVERY_SECONDS
        steps = self.params["steps"]
        left = steps - batch - 1 + (self._epochs - self._epoch - 1) * steps
        seconds = (now - self._begin) / self._done * left
        loss = float((logs or {}).get("loss", 0))
        self._say(
            f"epoch {self._epoch + 1}/{self._epochs}, step {batch + 1}/{steps}, "
            f"loss {loss:.6f}, {_duration(seconds)} left"
        )


def _duration(seconds: float) -> str:
    """Return a time in its largest two units."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
