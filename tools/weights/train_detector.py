"""Train the shipped hand detector on made-up scenes; resumable at any step.

    python tools/weights/prepare_scenes.py hands --backgrounds ...
    python tools/weights/train_detector.py hands --out runs/detector

The first 70 % of the steps run at 192 px, the rest at the detector's own 256; with
`--start DETECTOR.keras` in place of ImageNet weights, all run at 256. After
every round the averaged weights are measured on held-out photos and scenes; the best
go to `best.keras`, at the end also to `best.tflite`, all figures to `log.csv`. Started
again, it goes on where it was; Ctrl-C or SIGTERM saves the state first.
"""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path

import numpy as np
from detector_data import (
    BATCH,
    batches,
    find,
    held_out_photos,
    held_out_scenes,
    make_scenes,
    read_pictures,
)
from tensorflow import keras

from handypose_tf.evaluation.detection import recall_at
from handypose_tf.export import export_litert
from handypose_tf.losses import DetectionLoss
from handypose_tf.models import (
    HandyPoseDetector,
    hand_detector,
    load_detector,
    save_model,
)
from handypose_tf.training.callbacks import StepKeeper, StopRequest
from handypose_tf.training.config import OptimizerConfig, ScheduleConfig
from handypose_tf.training.layers import freeze_levels
from handypose_tf.training.optimizers import build_optimizer, build_schedule
from handypose_tf.training.run_folder import RunFolder
from handypose_tf.training.state import Position, TrainingState, save_state
from handypose_tf.weights.imagenet import load_imagenet

ROUND_STEPS = 100

#: Side of the input until a share of the steps is done.
STAGES = ((192, 0.7), (256, 1.0))

OPTIMIZER = OptimizerConfig(
    learning_rate=2e-3, weight_decay=0.01, clip_norm=5.0, ema=0.99
)

#: False alarms that held-out photos of single hands and scenes are measured at.
PHOTO_ALARMS, SCENE_ALARMS = 0.1, 1.0


def build_model(size: int, steps: int, start: Path | None) -> HandyPoseDetector:
    """Return a compiled detector, its first levels frozen.

    Its weights are those of the file `start`, or ImageNet's in the backbone.
    """
    model = hand_detector(image_size=size)
    if start is None:
        load_imagenet(model.layers, model.settings["backbone"]["name"])
    else:
        model.set_weights(load_detector(start).get_weights())
    freeze_levels(model, "level1")
    schedule = ScheduleConfig(kind="cosine", warmup_steps=min(100, steps // 10))
    rate = build_schedule(schedule, OPTIMIZER.learning_rate, steps)
    model.compile(
        build_optimizer(OPTIMIZER, rate),
        loss={"maps": DetectionLoss()},
        jit_compile=False,
    )
    return model


class Run:
    """A run: its data, its folder, and where it is."""

    def __init__(self, args: argparse.Namespace) -> None:
        hands, out = args.hands, args.out
        self.folder, self.seed, self.start = RunFolder(out), args.seed, args.start
        self.rounds = -(-args.steps // ROUND_STEPS)
        self.maker = make_scenes(hands, "train")
        self.photos = held_out_photos(read_pictures(hands, "held_out"))
        self.scenes = held_out_scenes(make_scenes(hands, "held_out"), STAGES[-1][0])
        self.stop = StopRequest()
        self.position = Position()
        self.size = 0
        out.mkdir(parents=True, exist_ok=True)
        self._enter_stage()

    def train(self) -> None:
        """Run the rounds that are left."""
        with self.stop.on_signals(signal.SIGINT, signal.SIGTERM):
            while self.position.epoch < self.rounds and not self.stop.signal:
                self._round()
        if not self.stop.signal:
            best = load_detector(self.folder.best)
            export_litert(best, self.folder.best.with_suffix(".tflite"))

    def _enter_stage(self) -> None:
        """Build the model of the present input size, with the state so far."""
        done = self.position.epoch / self.rounds
        stages = STAGES if self.start is None else STAGES[-1:]
        size = next(size for size, end in stages if done < end or end == 1.0)
        if size != self.size:
            self.size = size
            steps = self.rounds * ROUND_STEPS
            self.model = build_model(size, steps, self.start)
            self.state = TrainingState(self.model)
            if self.folder.state.exists():
                self.position = self.state.load(self.folder.state)
                self._enter_stage()

    def _round(self) -> None:
        begin, position = time.monotonic(), self.position
        keeper = StepKeeper(
            self.state,
            position,
            save=self._save,
            save_every=ROUND_STEPS + 1,  # `_finish` saves at the round's end
            stop=self.stop,
            on_nan=_first_scene,
        )
        left = ROUND_STEPS - position.step
        first = position.epoch * ROUND_STEPS + position.step
        self.model.fit(
            batches(self.maker, self.size, self.seed, first, left),
            steps_per_epoch=left,
            shuffle=False,
            callbacks=[keeper],
            verbose=0,
        )
        if position.step == ROUND_STEPS:
            self._finish(time.monotonic() - begin, keeper.live_weights)

    def _finish(self, seconds: float, live_weights: list[np.ndarray]) -> None:
        """Measure the averaged weights, which `fit` leaves, and save all."""
        position = self.position
        photos, scenes = (find(self.model, p) for p in (self.photos, self.scenes))
        recall, threshold = recall_at(photos, PHOTO_ALARMS)
        figures = {
            "round": position.epoch + 1,
            "size": self.size,
            "loss": position.loss,
            "photos": recall,
            "scenes": recall_at(scenes, SCENE_ALARMS)[0],
            "threshold": threshold,
            "seconds": seconds,
        }
        print(" ".join(f"{k} {v:.3f}" for k, v in figures.items()), flush=True)
        self._save_models(figures)
        position.history.append(figures)
        self.folder.write_log(position.history)
        self.state.set_weights(live_weights)
        position.epoch += 1
        position.step, position.loss = 0, 0.0
        self._save(live_weights)
        self._enter_stage()

    def _save_models(self, figures: dict[str, float]) -> None:
        """Save the averaged weights, as the best too if they are, at full size."""
        model = hand_detector(image_size=STAGES[-1][0])
        model.set_weights(self.model.get_weights())
        model.describe(
            trained=True,
            licence="Apache-2.0",
            training_data="rendered hands, and photos labelled by MediaPipe Hands",
            min_score=round(min(figures["threshold"], 0.9), 3),
        )
        save_model(model, self.folder.last)
        same_size = [r for r in self.position.history if r["size"] == self.size]
        if all(_score(figures) > _score(row) for row in same_size):
            save_model(model, self.folder.best)

    def _save(self, weights: list[np.ndarray]) -> None:
        save_state(self.folder.state, self.state.to_bytes(self.position, list(weights)))


def _first_scene(epoch: int, step: int) -> str:
    """Return which scenes a step is made of."""
    first = (epoch * ROUND_STEPS + step) * BATCH
    return f"the seeds {first} to {first + BATCH - 1}"


def _score(figures: dict[str, float]) -> float:
    """Return what the best round has most of."""
    return figures["photos"] + figures["scenes"]


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path, help="the folder of prepare_scenes.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--start", type=Path, help="detector to go on from, at 256 px alone"
    )
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    Run(args).train()


if __name__ == "__main__":
    main()
