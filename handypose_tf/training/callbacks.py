"""What happens between steps: the state is saved, signals are heeded, NaN refused."""

from __future__ import annotations

import contextlib
import importlib
import math
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.errors import HandyPoseError, ModelError
from handypose_tf.training.state import Position, TrainingState


class StopRequest:
    """Whether somebody asked the run to end.

    Attributes:
        signal: Number of the signal, 0 for none.
    """

    def __init__(self) -> None:
        self.signal = 0
        self._tell: Callable[[str], None] | None = None

    @contextlib.contextmanager
    def on_signals(
        self, *signals: signal.Signals, tell: Callable[[str], None] | None = None
    ) -> Iterator[None]:
        """Take signals as requests meanwhile; only Python's main thread can.

        A second Ctrl-C ends the process at once, as it does anywhere.

        Args:
            *signals: What asks.
            tell: Told of the first Ctrl-C, since a step or a validation may last.
        """
        self._tell = tell
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._ask) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: Any) -> None:
        self.signal = number
        if number == signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
            if self._tell is not None:
                self._tell(
                    "the run stops after this step; Ctrl-C again ends it at once"
                )


def open_callbacks(names: Iterable[str]) -> list[keras.callbacks.Callback]:
    """Return callbacks that are named `module:Class`, each made without arguments.

    Raises:
        ModelError: If there is no such class or it is no Keras callback.
    """
    return [_open_callback(name) for name in names]


def _open_callback(name: str) -> keras.callbacks.Callback:
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise ModelError(f"callback {name}: write MODULE:CLASS")
    try:
        callback = getattr(importlib.import_module(module), attribute)()
    except ModuleNotFoundError as error:
        raise ModelError(
            f"callback {name}: {error}; set PYTHONPATH to the folder it lies in"
        ) from error
    except Exception as error:
        kind = type(error).__name__
        raise ModelError(f"callback {name}: cannot be made: {kind}: {error}") from error
    if not isinstance(callback, keras.callbacks.Callback):
        raise ModelError(f"callback {name}: is no Keras callback")
    return callback


class StepKeeper(keras.callbacks.Callback):
    """Counts steps, saves the state every so often, and when the run is to end.

    Args:
        state: The run's state.
        position: Where the run is; kept up to date.
        save: Writes a state at the present position, given the model's variables.
        save_every: Steps between two states within an epoch.
        stop: Who may ask the run to end.
        on_nan: Given epoch and step, keeps what is needed and returns where.
    """

    def __init__(
        self,
        state: TrainingState,
        position: Position,
        *,
        save: Callable[[list[NDArray]], None],
        save_every: int,
        stop: StopRequest,
        on_nan: Callable[[int, int], str],
    ) -> None:
        super().__init__()
        self._state = state
        self._position = position
        self._save = save
        self._save_every = save_every
        self._stop = stop
        self._on_nan = on_nan
        self._first_step, self._first_loss = position.step, position.loss
        self.live_weights: list[NDArray] = []

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Count the step; save, end, or refuse a loss that is no number."""
        position = self._position
        mean = float((logs or {})["loss"])
        if not math.isfinite(mean):
            self._refuse(mean)
        steps = batch + 1
        position.step = self._first_step + steps
        before = self._first_loss * self._first_step
        position.loss = (before + mean * steps) / position.step
        if self._stop.signal:
            self.model.stop_training = True
        if self._stop.signal or position.step % self._save_every == 0:
            self._save(self._state.weights())

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the weights: Keras puts the moving average in their place after it."""
        self.live_weights = self._state.weights()

    def _refuse(self, loss: float) -> None:
        epoch, step = self._position.epoch, self._position.step
        place = self._on_nan(epoch, step)
        raise HandyPoseError(
            f"epoch {epoch + 1}, step {step + 1}: the loss is {loss}; its samples are "
            f"named in {place}; lower the learning rate, clip gradients, or look at "
            "these samples"
        )
