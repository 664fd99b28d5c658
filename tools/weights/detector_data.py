"""What `train_detector.py` trains on, what is held out, and how that is measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from handypose_tf.data import open_source
from handypose_tf.data.appearance import change_look
from handypose_tf.data.augmentation import Augmentation
from handypose_tf.data.draws import Draws
from handypose_tf.data.scenes import (
    MAX_SCENE_HANDS,
    SceneMaker,
    ScenePicture,
    SceneStyle,
    group_by_picture,
)
from handypose_tf.evaluation.detection import (
    MatchedPhoto,
    PhotoDetections,
    match_photo,
)
from handypose_tf.geometry import FloatArray, letterbox_matrix, tight_box, warp_image
from handypose_tf.images import Image
from handypose_tf.inference.hand_detector import place_hands
from handypose_tf.losses.detection_loss import HAND
from handypose_tf.models import HandyPoseDetector

BATCH = 32

#: Data set to how often its pictures are drawn.
SOURCES = {
    "synth": 3.0,
    "people": 12.0,
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

#: Mostly photos as they are: what is around a hand tells where it is.
STYLE = SceneStyle(photo=0.75, whole=0.5)

#: What is held out: photos of each data set, scenes, and one background in so many.
HELD_OUT_PHOTOS, HELD_OUT_SCENES, HELD_OUT_BACKGROUNDS = 40, 80, 10


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
    pictures = {}
    for path in (path for path in files if path.is_file()):
        reader = open_source(f"coco:{path}", images=str(hands))
        unclear = possible | hidden_hands(hands, path)
        pictures[path.stem] = group_by_picture(reader.records(), unclear)
    return pictures


def hidden_hands(hands: Path, labels: Path) -> dict[str, FloatArray]:
    """Return the boxes of hands that a COCO file marks with `iscrowd`, by picture."""
    content = json.loads(labels.read_text())
    names = {
        image["id"]: str(hands / image["file_name"]) for image in content["images"]
    }
    boxes: dict[str, list[list[float]]] = {}
    for annotation in content["annotations"]:
        if annotation.get("iscrowd"):
            name = names[annotation["image_id"]]
            boxes.setdefault(name, []).append(annotation["bbox"])
    return {name: np.array(found, np.float32) for name, found in boxes.items()}


def make_scenes(hands: Path, side: str) -> SceneMaker:
    """Return what makes scenes of one side's pictures and backgrounds."""
    files = sorted((hands / "backgrounds").glob("*.jpg"))
    backgrounds = [
        path
        for number, path in enumerate(files)
        if (number % HELD_OUT_BACKGROUNDS == 0) == (side == "held_out")
    ]
    pictures = read_pictures(hands, side)
    sources = [(found, SOURCES[name]) for name, found in pictures.items()]
    return SceneMaker(sources, backgrounds, STYLE)


def batches(
    maker: SceneMaker, size: int, seed: int, first: int, steps: int
) -> tf.data.Dataset:
    """Return batches of scenes from the `first` one on; a scene has its own seed."""

    def make(index: np.ndarray) -> tuple[Image, FloatArray]:
        image, hands = maker.make(size, (seed, int(index)))
        changed = change_look(image, Draws((seed, int(index), 1)), LOOK)
        return changed.astype(np.float32), hands

    def load(index: tf.Tensor) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        image, hands = tf.numpy_function(make, [index], (tf.float32, tf.float32))
        pixels = tf.ensure_shape(image, (size, size, 3))
        return pixels, {"maps": tf.ensure_shape(hands, (MAX_SCENE_HANDS, 7))}

    numbers = tf.data.Dataset.range(first * BATCH, (first + steps) * BATCH)
    return numbers.map(load, num_parallel_calls=2).batch(BATCH).prefetch(3)


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
