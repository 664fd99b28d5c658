"""Train the shipped hand detector on made-up scenes; resumable at any step.

    python examples/shipped_weights/prepare_scenes.py hands --backgrounds ...
    python examples/shipped_weights/train_detector.py hands --out runs/detector

The first 70 % of the steps run at 192 px, the rest at the detector's own 256. After
every round the averaged weights are measured on held-out photos and scenes; the best
go to `best.keras` and `best.tflite`, all figures to `log.csv`. Started again, it goes
on where it was; Ctrl-C or SIGTERM saves the state first.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras

from handypose_tf.data import open_source
from handypose_tf.data.appearance import Draws, change_look
from handypose_tf.data.augmentation import Augmentation
from handypose_tf.data.scenes import (
    MAX_SCENE_HANDS,
    SceneMaker,
    ScenePicture,
    group_by_picture,
)
from handypose_tf.evaluation.detection import (
    MatchedPhoto,
    PhotoDetections,
    match_photo,
    recall_at,
)
from handypose_tf.export import export_litert
from handypose_tf.geometry import (
    FloatArray,
    letterbox_matrix,
    tight_box,
    warp_image,
)
from handypose_tf.images import Image
from handypose_tf.inference.hand_detector import place_hands
from handypose_tf.losses import DetectionLoss
from handypose_tf.losses.detection_loss import HAND
from handypose_tf.models import HandyPoseDetector, hand_detector, save_model
from handypose_tf.training.callbacks import StepKeeper, StopRequest
from handypose_tf.training.config import OptimizerConfig, ScheduleConfig
from handypose_tf.training.layers import freeze_levels
from handypose_tf.training.optimizers import build_optimizer, build_schedule
from handypose_tf.training.run_folder import RunFolder
from handypose_tf.training.state import Position, TrainingState, save_state
from handypose_tf.weights.imagenet import load_imagenet

BATCH = 32
ROUND_STEPS = 100

#: Side of the input until a share of the steps is done.
STAGES = ((192, 0.7), (256, 1.0))

#: Data set to how often its pictures are drawn.
SOURCES = {
    "synth": 3.0,
    "digits": 0.5,
    "letters": 1.5,
    "phone": 1.6,
    "places": 1.0,
    "nails": 1.5,
    "gestures": 1.0,
    "two_hands": 0.7,
    "bodies": 0.05,
}

#: Scenes are cropped, turned and scaled as they are made; this is what else changes.
LOOK = Augmentation(
    brightness=20.0, contrast=0.35, gamma=0.3, tint=0.1, saturation=0.5, gray=0.08,
    shade=0.2, blur=0.2, blur_sigma=1.5, low_resolution=0.15,
    low_resolution_scale=0.35, noise=0.25, jpeg=0.3, jpeg_quality=25.0,
)  # fmt: skip

OPTIMIZER = OptimizerConfig(
    learning_rate=2e-3, weight_decay=0.01, clip_norm=5.0, ema=0.995
)

#: What is held out: photos of each data set, scenes, and one background in so many.
HELD_OUT_PHOTOS, HELD_OUT_SCENES, HELD_OUT_BACKGROUNDS = 40, 80, 10

#: False alarms that held-out photos of single hands and scenes are measured at.
PHOTO_ALARMS, SCENE_ALARMS = 0.1, 1.0


@dataclass(frozen=True)
class HeldOut:
    """A picture of the validation: its hands' boxes, and where it may show others."""

    image: Image
    truth: FloatArray
    possible: FloatArray


def read_pictures(hands: Path, side: str) -> dict[str, list[ScenePicture]]:
    """Return the pictures of `train` or `held_out`, by data set."""
    possible = {
        str(hands / name): np.array(boxes, np.float32)
        for name, boxes in json.loads((hands / "possible.json").read_text()).items()
    }
    files = [hands / side / f"{name}.json" for name in SOURCES]
    readers = {
        path.stem: open_source(f"coco:{path}", images=str(hands))
        for path in files
        if path.is_file()
    }
    return {
        name: group_by_picture(reader.records(), possible)
        for name, reader in readers.items()
    }


def make_scenes(hands: Path, side: str) -> SceneMaker:
    """Return what makes scenes of one side's pictures and backgrounds."""
    files = sorted((hands / "backgrounds").glob("*.jpg"))
    backgrounds = [
        path
        for number, path in enumerate(files)
        if (number % HELD_OUT_BACKGROUNDS == 0) == (side == "held_out")
    ]
    pictures = read_pictures(hands, side)
    return SceneMaker([(p, SOURCES[n]) for n, p in pictures.items()], backgrounds)


def batches(
    maker: SceneMaker, size: int, seed: int, first: int, steps: int
) -> tf.data.Dataset:
    """Return batches of scenes from the `first` one on; a scene has its own seed."""

    def make(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image, hands = tf.numpy_function(
            lambda i: maker.make(size, (seed, int(i))),
            [index],
            (tf.uint8, tf.float32),
        )
        pixels = tf.cast(tf.ensure_shape(image, (size, size, 3)), tf.float32)
        draws = Draws(tf.stack([tf.constant(seed, tf.int64), index]))
        changed = change_look(pixels, draws, LOOK)
        return changed, tf.ensure_shape(hands, (MAX_SCENE_HANDS, 7))

    numbers = tf.data.Dataset.range(first * BATCH, (first + steps) * BATCH)
    scenes = numbers.map(make, num_parallel_calls=2).batch(BATCH)
    return scenes.map(lambda x, y: (x, {"maps": y})).prefetch(3)


def build_model(size: int, steps: int) -> HandyPoseDetector:
    """Return a compiled detector on ImageNet weights, its first levels frozen."""
    model = hand_detector(image_size=size)
    load_imagenet(model.layers, model.settings["backbone"]["name"])
    freeze_levels(model, "level1")
    schedule = ScheduleConfig(kind="cosine", warmup_steps=min(100, steps // 10))
    rate = build_schedule(schedule, OPTIMIZER.learning_rate, steps)
    model.compile(
        build_optimizer(OPTIMIZER, rate),
        loss={"maps": DetectionLoss()},
        jit_compile=False,
    )
    return model


def held_out_photos(pictures: dict[str, list[ScenePicture]]) -> list[HeldOut]:
    """Return whole photos, the first of each data set."""
    photos = []
    for name, group in pictures.items():
        for picture in group[:HELD_OUT_PHOTOS] if name != "synth" else ():
            boxes = [tight_box(r.keypoints, r.visibility) for r in picture.records]
            image = picture.records[0].read_image()
            photos.append(HeldOut(image, np.array(boxes), picture.possible))
    return photos


def held_out_scenes(maker: SceneMaker, size: int) -> list[HeldOut]:
    """Return scenes that are the same in every run."""
    scenes = []
    for number in range(HELD_OUT_SCENES):
        image, hands = maker.make(size, (0, number))
        sides = hands[:, 2:4] * size
        boxes = np.concatenate([hands[:, :2] * size - 0.5 - sides / 2, sides], axis=1)
        kind = hands[:, 6]
        scenes.append(HeldOut(image, boxes[kind == HAND], boxes[kind < 0]))
    return scenes


def find(model: HandyPoseDetector, pictures: Sequence[HeldOut]) -> list[MatchedPhoto]:
    """Run a detector on whole pictures and tell hits from false alarms."""
    size, decoder, matched = model.image_size[0], model.decoder(), []
    for start in range(0, len(pictures), BATCH):
        part = pictures[start : start + BATCH]
        matrices = [letterbox_matrix(*p.image.shape[1::-1], size) for p in part]
        crops = [
            warp_image(p.image, m, size) for p, m in zip(part, matrices, strict=True)
        ]
        maps = model.predict_on_batch(np.stack(crops).astype(np.float32))["maps"]
        for picture, matrix, found in zip(
            part, matrices, np.asarray(decoder(maps)), strict=True
        ):
            hands = place_hands(found, matrix, size, 0.02)
            boxes = np.array([hand.box for hand in hands]).reshape(-1, 4)
            scores = np.array([hand.score for hand in hands])
            matched.append(
                match_photo(
                    PhotoDetections(picture.truth, boxes, scores, picture.possible)
                )
            )
    return matched


class Run:
    """A run: its data, its folder, and where it is."""

    def __init__(self, hands: Path, out: Path, steps: int, seed: int) -> None:
        """Open everything; go on with a run that is there already."""
        self.folder, self.seed = RunFolder(out), seed
        self.rounds = -(-steps // ROUND_STEPS)
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

    def _enter_stage(self) -> None:
        """Build the model of the present input size, with the state so far."""
        done = self.position.epoch / self.rounds
        size = next(size for size, end in STAGES if done < end or end == 1.0)
        if size != self.size:
            self.size = size
            self.model = build_model(size, self.rounds * ROUND_STEPS)
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
            save_every=ROUND_STEPS,
            stop=self.stop,
            on_nan=lambda epoch, step: f"scene {(epoch * ROUND_STEPS + step) * BATCH}",
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
            export_litert(model, self.folder.best.with_suffix(".tflite"))

    def _save(self, weights: list[np.ndarray]) -> None:
        save_state(self.folder.state, self.state.to_bytes(self.position, list(weights)))


def _score(figures: dict[str, float]) -> float:
    """Return what the best round has most of."""
    return figures["photos"] + figures["scenes"]


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path, help="the folder of prepare_scenes.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    Run(args.hands, args.out, args.steps, args.seed).train()


if __name__ == "__main__":
    main()
