"""Train the first `handypose_lite0` weights on teacher-labelled photos, on a CPU.

A simple loop over one folder of photos with `manifest.csv` and `teacher_labels.json`
(see `docs/models/handypose_lite0.md` for the data). The learning rate follows a
cosine over the given minutes; the last third runs at the target size.

    python examples/train_first_weights.py DATA_FOLDER --out runs/first --minutes 75
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.geometry import (
    box_center,
    crop_matrix,
    tight_box,
    transform_points,
    warp_image,
)
from handypose_tf.hand import BONES
from handypose_tf.models import HandyPose, handypose
from handypose_tf.weights.imagenet import load_imagenet

BATCH = 32
SIGMA = 1.6
MASK_SIDE = 96
MASK_SCALE = 2.6

#: How often a folder is drawn, relative to its number of hands.
FOLDER_WEIGHT = {
    "digits": 0.5,
    "letters": 1.5,
    "phone": 1.6,
    "places": 1.0,
    "nails": 2.0,
    "gestures": 0.7,
    "two_hands": 1.0,
    "bodies": 0.5,
}


@dataclass
class Hand:
    """One labelled hand and its mask on a square of `MASK_SCALE` x its size."""

    path: Path
    folder: str
    keypoints: NDArray
    center: NDArray
    size: float
    mask: NDArray | None = None


def load_hands(root: Path, max_disagreement: float) -> tuple[list[Hand], list[Hand]]:
    """Return training and held-out hands, split by group."""
    with open(root / "real_hands/manifest.csv", newline="") as file:
        groups = {row["file"]: row["group"] for row in csv.DictReader(file)}
    training: list[Hand] = []
    held_out: list[Hand] = []
    for label in json.loads((root / "real_hands/teacher_labels.json").read_text()):
        points = np.array(label["keypoints"], np.float32)
        box = tight_box(points)
        size = float(box[2:].max())
        if label["mirror_disagreement"] >= max_disagreement or size < 24:
            continue
        folder = label["file"].split("/")[1]
        hand = Hand(root / label["file"], folder, points, box_center(box), size)
        is_held_out = zlib.crc32(groups[label["file"]].encode()) % 20 == 0
        (held_out if is_held_out else training).append(hand)
    return training, held_out


class Photos:
    """Photos decoded once and kept in memory as RGB."""

    def __init__(self) -> None:
        """Start with no photo."""
        self._photos: dict[Path, NDArray] = {}

    def __getitem__(self, path: Path) -> NDArray:
        """Return a photo `(height, width, 3)`."""
        if path not in self._photos:
            self._photos[path] = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        return self._photos[path]


def segment(photo: NDArray, hand: Hand) -> NDArray:
    """Separate hand and arm from the background by GrabCut around the bones."""
    matrix = crop_matrix(hand.center, MASK_SCALE * hand.size, MASK_SIDE)
    patch = warp_image(photo, matrix, MASK_SIDE)
    points = transform_points(hand.keypoints, matrix)
    unit = MASK_SIDE / MASK_SCALE
    seeds = np.full((MASK_SIDE, MASK_SIDE), cv2.GC_PR_BGD, np.uint8)
    hull = cv2.convexHull(points.astype(np.int32))
    near = cv2.fillConvexPoly(np.zeros_like(seeds), hull, 1)
    near = cv2.dilate(near, np.ones((int(0.2 * unit), int(0.2 * unit))))
    seeds[near > 0] = cv2.GC_PR_FGD
    palm = points[[0, 1, 5, 9, 13, 17]].astype(np.int32)
    cv2.fillConvexPoly(seeds, cv2.convexHull(palm), cv2.GC_FGD)
    for a, b in BONES:
        ends = [tuple(int(v) for v in points[i]) for i in (a, b)]
        cv2.line(seeds, *ends, cv2.GC_FGD, max(1, int(0.05 * unit)))
    seeds[warp_image(np.ones_like(photo[..., 0]), matrix, MASK_SIDE) == 0] = cv2.GC_BGD
    cv2.grabCut(
        patch, seeds, None, np.zeros((1, 65)), np.zeros((1, 65)), 3,
        cv2.GC_INIT_WITH_MASK,
    )  # fmt: skip
    return np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255


def draw_background(
    rng: np.random.Generator, hands: list[Hand], photos: Photos, size: int
) -> NDArray:
    """Cut a random square out of some photo, away from the labelled hand."""
    for _ in range(8):
        hand = hands[rng.integers(len(hands))]
        photo = photos[hand.path]
        height, width = photo.shape[:2]
        side = rng.uniform(0.3, 0.9) * min(height, width)
        center = rng.uniform(side / 2, np.array([width, height]) - side / 2)
        if np.abs(center - hand.center).max() > side / 2 + 0.5 * hand.size:
            break
    else:
        color = rng.integers(0, 256, 3)
        return np.broadcast_to(color, (size, size, 3)).astype(np.uint8)
    matrix = crop_matrix(center, side, size, degrees=rng.uniform(-30, 30))
    return warp_image(photo, matrix, size)


def augment_colors(rng: np.random.Generator, image: NDArray) -> NDArray:
    """Change light, colour, sharpness and compression."""
    x = image.astype(np.float32)
    if rng.random() < 0.8:
        x = 255 * (np.clip(x, 0, 255) / 255) ** np.exp(rng.normal(0, 0.35))
        x = (x - 128) * rng.uniform(0.6, 1.4) + 128 + rng.normal(0, 25)
        x *= np.exp(rng.normal(0, 0.12, 3)).astype(np.float32)
    gray = x.mean(axis=2, keepdims=True)
    saturation = 0.0 if rng.random() < 0.08 else rng.uniform(0.4, 1.5)
    x = gray + saturation * (x - gray)
    if rng.random() < 0.3:
        ramp = np.linspace(-1, 1, x.shape[0], dtype=np.float32) * rng.normal(0, 40)
        x += ramp[:, None, None] if rng.random() < 0.5 else ramp[None, :, None]
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 2.2))
    if rng.random() < 0.25:
        small = int(x.shape[0] * rng.uniform(0.2, 0.6))
        low = cv2.resize(x, (small, small), interpolation=cv2.INTER_AREA)
        x = cv2.resize(low, x.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.3:
        x += rng.normal(0, rng.uniform(2, 14), x.shape).astype(np.float32)
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))]
        x = cv2.imdecode(cv2.imencode(".jpg", x, quality)[1], cv2.IMREAD_COLOR)
    return x


def erase(rng: np.random.Generator, image: NDArray, patch: NDArray) -> NDArray:
    """Cover one to three small rectangles with another photo's pixels."""
    size = image.shape[0]
    for _ in range(rng.integers(1, 4)):
        height, width = (rng.uniform(0.06, 0.3, 2) * size).astype(int)
        y, x = rng.integers(0, size - height), rng.integers(0, size - width)
        image[y : y + height, x : x + width] = patch[y : y + height, x : x + width]
    return image


def make_sample(
    rng: np.random.Generator, hand: Hand, hands: list[Hand], photos: Photos, size: int
) -> tuple[NDArray, NDArray]:
    """Return an augmented crop `(size, size, 3)` and its keypoints in pixels."""
    photo = photos[hand.path]
    side = hand.size * 1.5 * np.exp(rng.normal(0, 0.2))
    center = hand.center + rng.normal(0, 0.08, 2) * hand.size
    matrix = crop_matrix(center, side, size, degrees=rng.uniform(0, 360))
    if rng.random() < 0.5:
        matrix = np.array([[-1, 0, size - 1], [0, 1, 0], [0, 0, 1.0]]) @ matrix
    middle = (size - 1) / 2
    squeeze = np.diag([np.exp(rng.normal(0, 0.08)), np.exp(rng.normal(0, 0.08)), 1])
    squeeze[0, 1] = rng.normal(0, 0.06)
    squeeze[:2, 2] = middle - squeeze[:2, :2] @ (middle, middle)
    matrix = squeeze @ matrix
    image = warp_image(photo, matrix, size)
    outside = warp_image(np.full_like(photo[..., :1], 255), matrix, size)
    if hand.mask is not None and rng.random() < 0.45:
        to_mask = crop_matrix(hand.center, MASK_SCALE * hand.size, MASK_SIDE)
        alpha = warp_image(hand.mask, matrix @ np.linalg.inv(to_mask), size)
        alpha = cv2.GaussianBlur(alpha.astype(np.float32) / 255, (0, 0), 1.5)[..., None]
        background = draw_background(rng, hands, photos, size)
        image = (alpha * image + (1 - alpha) * background).astype(np.uint8)
    elif rng.random() < 0.5:
        image = np.where(outside[..., None] > 0, image,
                         draw_background(rng, hands, photos, size))  # fmt: skip
    if rng.random() < 0.35:
        image = erase(rng, image.copy(), draw_background(rng, hands, photos, size))
    return augment_colors(rng, image), transform_points(hand.keypoints, matrix)


def targets(points: NDArray, size: int, stride: int) -> NDArray:
    """Return Gaussian heatmaps `(batch, rows, columns, num_keypoints)`."""
    cells = (points - (stride - 1) / 2) / stride
    grid = np.arange(size // stride, dtype=np.float32)
    x = np.exp(-((grid - cells[..., :1]) ** 2) / (2 * SIGMA**2))
    y = np.exp(-((grid - cells[..., 1:]) ** 2) / (2 * SIGMA**2))
    return np.einsum("bkx,bky->byxk", x, y).astype(np.float32)


def batches(
    hands: list[Hand], photos: Photos, size: int, seed: int
) -> Iterator[tuple[NDArray, NDArray]]:
    """Yield images and targets for ever; joints outside the crop get -1."""
    rng = np.random.default_rng(seed)
    chance = np.array([FOLDER_WEIGHT[hand.folder] for hand in hands])
    chance /= chance.sum()
    while True:
        chosen = rng.choice(len(hands), BATCH, p=chance)
        samples = [make_sample(rng, hands[i], hands, photos, size) for i in chosen]
        images = np.stack([image for image, _ in samples])
        points = np.stack([points for _, points in samples])
        maps = targets(points, size, stride=4)
        inside = ((points > -0.5) & (points < size - 0.5)).all(axis=-1)
        yield images, np.where(inside[:, None, None], maps, -1.0).astype(np.float32)


def weighted_mse(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
    """Return the squared error with ten times the weight at a joint."""
    weight = tf.where(y_true < 0, 0.0, 1.0 + 9.0 * y_true)
    return 100.0 * tf.reduce_mean(weight * (y_true - y_pred) ** 2, axis=-1)


class TimedCosine(keras.callbacks.Callback):
    """Warms up, then lowers the learning rate along a cosine; stops at a time."""

    def __init__(self, peak: float, total: float, begin: float, end: float) -> None:
        """Keep the schedule; times in seconds."""
        super().__init__()
        self.peak, self.total, self.begin, self.end = peak, total, begin, end

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Set the learning rate."""
        spent = time.monotonic() - self.begin
        warm = min(1.0, (spent + 1) / 90)
        rate = self.peak * warm * 0.5 * (1 + math.cos(math.pi * spent / self.total))
        self.model.optimizer.learning_rate.assign(max(rate, 1e-6))

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Leave `fit` when the time is up."""
        if time.monotonic() - self.begin > self.end:
            raise KeyboardInterrupt


def pck(model: HandyPose, hands: list[Hand], photos: Photos, size: int) -> float:
    """Return the share of joints within 0.2 x the hand's size, on plain crops."""
    decoder, right, count = model.decoder(), 0, 0
    for i in range(0, len(hands), 16):
        part = hands[i : i + 16]
        matrices = [crop_matrix(h.center, 1.5 * h.size, size) for h in part]
        images = [warp_image(photos[h.path], m, size)
                  for h, m in zip(part, matrices, strict=True)]  # fmt: skip
        found = decoder(model(np.stack(images).astype(np.float32))["heatmaps"]).numpy()
        for hand, matrix, points in zip(part, matrices, found, strict=True):
            pixels = points[:, :2] * size - 0.5
            back = transform_points(pixels, np.linalg.inv(matrix))
            error = np.linalg.norm(back - hand.keypoints, axis=1)
            right += int((error < 0.2 * hand.size).sum())
            count += len(error)
    return right / count


def freeze(model: HandyPose, last: str) -> None:
    """Freeze all layers up to and with the named one."""
    for layer in model.layers:
        layer.trainable = False
        if layer.name == last:
            return


def main() -> None:
    """Train in two phases and save the averaged weights after every epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    training, held_out = load_hands(args.data, max_disagreement=0.08)
    photos = Photos()
    for hand in training:
        hand.mask = segment(photos[hand.path], hand)
    print(f"{len(training)} hands to train on, {len(held_out)} held out", flush=True)
    model = handypose("handypose_lite0", image_size=160)
    load_imagenet(model.layers, "efficientnet_lite0")
    begin, total = time.monotonic(), args.minutes * 60
    for size, end in ((160, 0.65 * total), (args.size, total)):
        previous = model
        model = handypose("handypose_lite0", image_size=size)
        model.set_weights(previous.get_weights())
        freeze(model, "block2_add")
        optimizer = keras.optimizers.AdamW(
            args.peak, weight_decay=0.01, clipnorm=1.0, use_ema=True, ema_momentum=0.995
        )
        model.compile(optimizer, loss={"heatmaps": weighted_mse}, jit_compile=False)

        def generate(size: int = size) -> Iterator[tuple[NDArray, dict]]:
            for x, y in batches(training, photos, size, args.seed + size):
                yield x, {"heatmaps": y}

        signature = (
            tf.TensorSpec((BATCH, size, size, 3), tf.uint8),
            {"heatmaps": tf.TensorSpec((BATCH, size // 4, size // 4, 21))},
        )
        data = tf.data.Dataset.from_generator(generate, output_signature=signature)
        data = data.prefetch(4)
        rounds = 0
        while time.monotonic() - begin < end:
            try:
                model.fit(
                    data,
                    steps_per_epoch=150,
                    verbose=2,
                    callbacks=[TimedCosine(args.peak, total, begin, end)],
                )
            except KeyboardInterrupt:
                pass
            rounds += 1
            live = [np.array(v) for v in model.trainable_variables]
            optimizer.finalize_variable_values(model.trainable_variables)
            agreement = pck(model, held_out[::3], photos, size)
            minutes = (time.monotonic() - begin) / 60
            print(
                f"{minutes:.1f} min, size {size}, round {rounds}, step "
                f"{int(optimizer.iterations)}: agreement with the teacher on held-out "
                f"hands, pck_box@.2: {agreement:.3f}",
                flush=True,
            )
            model.save_weights(str(args.out / f"ema_{size}.weights.h5"))
            if time.monotonic() - begin < end:
                for variable, value in zip(
                    model.trainable_variables, live, strict=True
                ):
                    variable.assign(value)


if __name__ == "__main__":
    main()
