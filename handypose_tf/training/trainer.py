"""`train(config)`: `model.fit` epoch by epoch, to be left and resumed at any step."""

from __future__ import annotations

import gc
import re
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.errors import DataError, HandyPoseError, ModelError
from handypose_tf.files import write_bytes, write_json
from handypose_tf.files.locks import held_folder
from handypose_tf.models import save_model
from handypose_tf.models.description import Description
from handypose_tf.models.files import load_any
from handypose_tf.models.quantization_aware import take_weights
from handypose_tf.tasks import open_task
from handypose_tf.training.build import (
    build_evaluator,
    build_model,
    build_network,
    learning_rate,
)
from handypose_tf.training.callbacks import (
    StepKeeper,
    StopRequest,
    open_callbacks,
)
from handypose_tf.training.config import RunConfig
from handypose_tf.training.optimizers import fitting_warmup, put_averages
from handypose_tf.training.run_folder import RunFolder, describe_run
from handypose_tf.training.state import Position, TrainingState
from handypose_tf.training.strategy import (
    build_strategy,
    check_shared,
    is_chief,
    mean_over_workers,
    num_workers,
    splits_badly,
    training_batches,
    validation_batches,
)
from handypose_tf.training.tensorboard import TensorBoardLog

#: Float32 numbers a weight at the most: itself, two moments, the average.
_BYTES_PER_WEIGHT = 16

#: What TensorFlow says of a file that cannot be read.
_MISSING = re.compile("No such file|Permission denied|Is a directory")

#: How TensorFlow's decoders begin what they say of a broken picture.
_BROKEN_PICTURE = re.compile(r"Invalid (JPEG|PNG)|Unknown image|jpeg|png", re.I)

Report = Callable[[dict[str, float]], None]
Note = Callable[[str], None]


@dataclass(frozen=True)
class TrainingResult:
    """What a run left.

    Attributes:
        best: The model of the best validation (of the lowest training loss where
            nothing is validated on): the highest PCK of a pose network, the highest
            recall of a detector.
        last: The model of the last epoch.
        history: A row of figures for every epoch, and one for epoch 0, the start,
            where that was trained already.
        stopped_by: The signal that ended the run early; 0 if it is complete.
        best_epoch: Of `best`; 0 is the start, which no epoch has beaten.
    """

    best: Path
    last: Path
    history: list[dict[str, float]]
    stopped_by: int = 0
    best_epoch: int = 0


def train(
    config: RunConfig,
    *,
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    report: Report | None = None,
    note: Note | None = None,
    verbose: int = 0,
) -> TrainingResult:
    """Train a network as a configuration says.

    Args:
        config: A `TrainConfig` or `DetectorTrainConfig`.
        resume: Go on with the run in `config.out`, from its last state; begin one if
            there is none.
        callbacks: Your own, for `model.fit`, which runs once an epoch; beside those
            that the configuration names.
        report: Called with the figures of every finished epoch.
        note: Called with lines that tell what begins, and what was made to fit the
            data.
        verbose: Keras' own progress: 0 silent, 1 a bar.

    Returns:
        Where the models lie, and the figures.

    Raises:
        HandyPoseError: If configuration, data or folder cannot be used, the loss is no
            number, or another worker is lost.
    """
    callbacks = [*callbacks, *open_callbacks(config.callbacks)]
    with ExitStack() as held:
        run = _Run(config, resume, held)
        if note is not None:
            for line in run.notes():
                note(line)
        signals = (signal.SIGTERM, signal.SIGINT) if run.workers == 1 else ()
        try:
            with run.stop.on_signals(*signals, tell=note):
                return run.train(callbacks, report, verbose)
        except tf.errors.OpError as error:
            raise _explained(error) from error


class _Run:
    """A run: its model, its data, its folder, and where it is."""

    def __init__(self, config: RunConfig, resume: bool, held: ExitStack) -> None:
        self.config = config
        self.stop = StopRequest()
        self.strategy = build_strategy(config.strategy)
        self.workers = num_workers(self.strategy)
        check_shared(config.batch_size, self.strategy)
        if is_chief(self.strategy):
            held.enter_context(held_folder(Path(config.out).expanduser()))
        self.folder = RunFolder(config.out, is_chief(self.strategy))
        self.folder.check_free(resume=resume)
        self.task = open_task(config)
        self.training, self.validation = self.task.training, self.task.validation
        check_shared(config.batch_size, self.strategy, self.training.batch_size)
        model = build_model(config, self.task, self.strategy)
        self.export = type(model).from_config(model.get_config())
        self.model = build_network(config, model, self.task, self.strategy)
        self.evaluator = (
            build_evaluator(config, self.export, self.export, self.task)
            if splits_badly(self.strategy)
            else build_evaluator(config, model, self.model, self.task, self.strategy)
        )
        if self.workers > 1:
            mean_over_workers(self.model)
            mean_over_workers(self.evaluator)
        with self.strategy.scope():
            self.state = TrainingState(self.model)
        begun = resume and self.folder.state.exists()
        self.is_new_after_all = resume and not begun
        self.folder.prepare(
            describe_run(
                config,
                self.task.describe_data(),
                self.task.origin(),
                self.task.credits(),
            ),
            resume=resume,
            num_bytes=_BYTES_PER_WEIGHT * self.model.count_params(),
        )
        self.position = self.state.load(self.folder.state) if begun else Position()
        self.log = (
            TensorBoardLog(self.folder.tensorboard) if config.tensorboard else None
        )
        if not begun:
            self._save(self.state.weights())

    def notes(self) -> list[str]:
        """Return what is to come, in a few lines."""
        schedule = self.config.schedule
        steps = self.training.num_steps
        lines = [*self.task.notes, *_off_the_grid(self.export.description)]
        if self.is_new_after_all:
            lines.append(f"{self.folder.path}: no run to go on with; a new one begins")
        warmup = fitting_warmup(schedule, self.config.epochs * steps)
        if schedule.kind == "cosine" and warmup != schedule.warmup_steps:
            lines.append(f"a short run: {warmup} steps of warm-up")
        left = max(self.config.epochs - self.position.epoch, 0)
        lines.append(f"{left} epochs of {steps} steps; the first step is compiled")
        return lines

    def train(
        self,
        callbacks: Sequence[keras.callbacks.Callback],
        report: Report | None,
        verbose: int,
    ) -> TrainingResult:
        """Run the epochs that are left."""
        if not self.position.history and not self.position.step:
            self._measure_start(report)
        while self.position.epoch < self.config.epochs and not self.stop.signal:
            figures = self._epoch(callbacks, verbose)
            gc.collect()  # graphs of an epoch's data, 8 MB in circles of references
            if figures and report:
                report(figures)
        return TrainingResult(
            self.folder.best,
            self.folder.last,
            self.position.history,
            self.stop.signal,
            self._best_epoch(),
        )

    def _measure_start(self, report: Report | None) -> None:
        """Measure and keep a start that was trained already: epoch 0."""
        if self.validation is None or not self.export.description.trained:
            return
        self._take_weights()
        begin = time.monotonic()
        figures = {"epoch": 0, **self._evaluate()}
        figures["seconds"] = time.monotonic() - begin
        self.position.history.append(figures)
        save_model(self.export, self.folder.best)
        self.folder.write_log(self.position.history)
        self._save(self.state.weights())
        if report:
            report(figures)

    def _best_epoch(self) -> int:
        """Return the first of the epochs with the best score."""
        history = self.position.history
        best = max(history, key=self.task.score) if history else {"epoch": 0}
        return int(best["epoch"])

    def _epoch(
        self, callbacks: Sequence[keras.callbacks.Callback], verbose: int
    ) -> dict[str, float] | None:
        """Run the rest of an epoch; returns nothing if it was left half-way."""
        position, begin = self.position, time.monotonic()
        keeper = StepKeeper(
            self.state,
            position,
            save=self._save,
            save_every=self.config.save_every,
            stop=self.stop,
            on_nan=self._name_samples,
        )
        if position.step == self.training.num_steps:
            keeper.live_weights = self._put_averages()
        else:
            self.model.fit(
                training_batches(
                    self.strategy, self.training, position.epoch, position.step
                ),
                initial_epoch=position.epoch,
                epochs=position.epoch + 1,
                steps_per_epoch=self.training.num_steps - position.step,
                shuffle=False,
                callbacks=[keeper, *callbacks],
                verbose=verbose,
            )
        if position.step < self.training.num_steps:
            return None
        put_averages(self.model.optimizer, self.model.trainable_variables)
        self._take_weights()
        figures = {
            "epoch": position.epoch + 1,
            "loss": position.loss,
            **self._evaluate(),
            "learning_rate": self._learning_rate(),
            "seconds": time.monotonic() - begin,
        }
        self._finish_epoch(figures, keeper.live_weights)
        return figures

    def _put_averages(self) -> list[NDArray]:
        """Do what Keras does at the end of `fit`; returns the weights as they were."""
        weights = self.state.weights()
        if self.config.optimizer.ema is not None:
            variables = self.model.trainable_variables
            self.model.optimizer.finalize_variable_values(variables)
        return weights

    def _evaluate(self) -> dict[str, float]:
        """Return the validation's figures, with the averaged weights if there are."""
        found = self.task.measure(self.export)
        if self.validation is not None:
            # Keras 2 names outputs by their layers.
            outputs = [*self.evaluator.output, *self.evaluator.output_names]
            evaluated = self.evaluator.evaluate(
                validation_batches(self.validation), return_dict=True, verbose=0
            )
            found = {_plain(n, outputs): float(v) for n, v in evaluated.items()} | found
        return {f"val_{name}": value for name, value in found.items()}

    def _take_weights(self) -> None:
        """Put the network's weights into the model that is saved."""
        if self.config.qat:
            take_weights(self.export, self.model)
        else:
            self.export.set_weights(self.model.get_weights())

    def _finish_epoch(
        self, figures: dict[str, float], live_weights: list[NDArray]
    ) -> None:
        """Save models, log and state, in that order: the state tells what is done."""
        history, score = self.position.history, self.task.score
        self.export.describe(**self.task.facts(figures))
        is_last = self.position.epoch + 1 == self.config.epochs
        is_to_finish = is_last and self.folder.is_chief
        is_changed = is_to_finish and self.task.finish(self.export)
        save_model(self.export, self.folder.last)
        if all(score(figures) > score(row) for row in history):
            save_model(self.export, self.folder.best)
        elif is_changed and self.folder.best.exists():
            self._finish_best()
        if self.log:
            self.log.write(self.task.draw(self.export), figures)
        self.state.set_weights(live_weights)
        self.position.epoch += 1
        self.position.step, self.position.loss = 0, 0.0
        history.append(figures)
        self.folder.write_log(history)
        self._save(live_weights)

    def _finish_best(self) -> None:
        """Finish the best model, of an epoch before the last; the start is finished."""
        best = load_any(self.folder.best)
        if self.task.finish(best):
            save_model(best, self.folder.best)

    def _save(self, weights: list[NDArray]) -> None:
        content = self.state.to_bytes(self.position, weights)
        if self.folder.is_chief:
            write_bytes(self.folder.state, content)

    def _name_samples(self, epoch: int, step: int) -> str:
        """Write the names of the samples of a step and the one before it."""
        steps = {
            f"step {i + 1}": self.training.sample_ids(epoch, i)
            for i in (step - 1, step)
            if i >= 0
        }
        return str(write_json(self.folder.nan, {"epoch": epoch + 1, **steps}))

    def _learning_rate(self) -> float:
        """Return the rate of the next step."""
        rate = learning_rate(self.config, self.training)
        return float(rate(self.model.optimizer.iterations) if callable(rate) else rate)


def _off_the_grid(description: Description) -> list[str]:
    """Return a line on an input that is no multiple of the deepest level's stride."""
    stride, sides = description.backbone.output_stride, description.image_size
    if not any(side % stride for side in sides):
        return []
    below = max(sides) // stride * stride
    return [
        f"an input of {max(sides)} pixels is no multiple of {stride}: the network's "
        f"grids do not lie on each other as with {below} or {below + stride}"
    ]


def _plain(name: str, outputs: Sequence[str]) -> str:
    """Return a metric's own name, which Keras puts after that of one of the outputs."""
    if name.endswith("loss"):
        return name
    for output in outputs:
        name = name.removeprefix(f"{output}_")
    return name


def _telling_line(message: str) -> str:
    """Return the line of TensorFlow's that names the file; else all, cut off."""
    lines = [" ".join(line.split()) for line in message.splitlines()]
    named = [line for line in lines if _MISSING.search(line)]
    return (named or [" ".join(lines)])[0][:300]


def _explained(error: tf.errors.OpError) -> HandyPoseError:
    """Return what a failed operation means to the user, or the error itself."""
    line = _telling_line(str(error.message))
    if isinstance(error, tf.errors.UnavailableError | tf.errors.AbortedError):
        return ModelError(f"another worker is lost; start all again to resume: {line}")
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return ModelError(
            "the memory of the computer or its GPU is too small for a step; lower "
            "batch_size or model.image_size"
        )
    if isinstance(error, tf.errors.NotFoundError) or _BROKEN_PICTURE.search(line):
        return DataError(
            f"a picture cannot be read: {line}; `handypose data inspect --decode` "
            "names the file"
        )
    raise error
