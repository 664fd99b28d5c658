"""Drawn hands for `--smoke`: data sets of a few pictures in the official layouts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.images import write_image
from handypose_tf.images.drawing import draw_keypoints

#: What turns any recipe into one that a laptop's CPU ends in a minute.
SMOKE = (
    "model={preset: handypose_lite0, image_size: 64, frozen: level2}",
    "model.overrides.waterfall={filters: 8, reduction: 4}",
    "model.overrides.decoder={filters: 8, reduction: 4}",
    "data.num_threads=1",
    "data.samples_per_epoch=8",
    "schedule.warmup_steps=0",
    "epochs=1",
    "batch_size=4",
)

#: Side of a picture, pixels.
_SIDE = 128

#: Of each finger: direction of its base from the wrist, degrees, and its length.
_FINGERS = ((-60, 0.55), (-25, 0.85), (-5, 0.9), (15, 0.85), (35, 0.7))


def draw_hand(rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Return a picture `(128, 128, 3)` of a stick hand and its 21 points."""
    points = [np.zeros(2)]
    for degrees, length in _FINGERS:
        angle = np.deg2rad(degrees + rng.normal(0, 4))
        way = np.array([np.sin(angle), -np.cos(angle)]) * length
        points += [way * share for share in (0.4, 0.65, 0.85, 1.0)]
    turn = rng.uniform(-0.4, 0.4)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    size = rng.uniform(0.45, 0.65) * _SIDE
    keypoints = np.array(points) @ rotation.T * size
    keypoints += np.array([0.5, 0.8]) * _SIDE + rng.normal(0, 3, 2)
    coarse = rng.integers(0, 120, (6, 6, 3), np.uint8)
    image = cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    return draw_keypoints(image, keypoints), keypoints.astype(np.float32)


def write_cmu_panoptic(root: Path, count: int = 46) -> Path:
    """Write the layout of CMU's hand143_panopticdb; three of 46 are in `val`."""
    entries = []
    for i, (name, points) in enumerate(_hands(root / "imgs", count)):
        entries.append(
            {
                "img_paths": f"imgs/{name}",
                "img_width": _SIDE,
                "img_height": _SIDE,
                "joint_self": [[*point, 1] for point in points],
                "objpos": np.mean(points, axis=0).tolist(),
                "dataset": f"hand{i}",
            }
        )
    _write_json(root / "hands_v143_14817.json", {"root": entries})
    return root


def write_cmu_manual(root: Path, count: int = 8) -> Path:
    """Write the layout of CMU's hand_labels (MPII+NZSL), both splits."""
    for folder in ("manual_train", "manual_test"):
        for name, points in _hands(root / folder, count):
            annotation = {
                "hand_pts": [[*point, 1] for point in points],
                "hand_box_center": np.mean(points, axis=0).tolist(),
                "is_left": 0,
            }
            path = (root / folder / name).with_suffix(".json")
            _write_json(path, annotation)
    return root


def write_coco(root: Path, count: int = 8) -> Path:
    """Write a COCO file with 21 keypoints beside `images/`, and return its path."""
    images, annotations = [], []
    for i, (name, points) in enumerate(_hands(root / "images", count)):
        low, high = np.min(points, axis=0), np.max(points, axis=0)
        size = {"width": _SIDE, "height": _SIDE}
        images.append({"id": i, "file_name": name, **size})
        annotations.append(
            {
                "id": i,
                "image_id": i,
                "category_id": 1,
                "bbox": [*low.tolist(), *(high - low).tolist()],
                "num_keypoints": 21,
                "keypoints": [value for point in points for value in (*point, 2)],
            }
        )
    categories = [{"id": 1, "name": "hand"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    _write_json(root / "annotations.json", content)
    return root / "annotations.json"


def _hands(folder: Path, count: int) -> list[tuple[str, list[list[float]]]]:
    """Draw pictures into a folder; returns their names and points."""
    rng = np.random.default_rng(0)
    hands = []
    for i in range(count):
        image, points = draw_hand(rng)
        write_image(folder / f"{i:08d}.jpg", image)
        hands.append((f"{i:08d}.jpg", points.tolist()))
    return hands


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), "utf-8")
