"""Small data sets on disk, each in the layout in which its site gives it.

Every `write_...` makes a whole, good data set in a folder and returns that folder;
tests break one thing in it with `edit_json` or by hand.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

#: Picture size that no layout prescribes otherwise: width, height.
SIZE = (64, 48)


def write_picture(path: Path, size: tuple[int, int] = SIZE, seed: int = 0) -> Path:
    """Write a smooth random picture in the format of its ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 255, (4, 5, 3), np.uint8)
    image = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    _, data = cv2.imencode(path.suffix, image)
    path.write_bytes(data.tobytes())
    return path


def write_json(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


def edit_json(path: Path, edit: Callable[[Any], None]) -> None:
    """Change a JSON file in place by a function."""
    value = json.loads(path.read_text("utf-8"))
    edit(value)
    path.write_text(json.dumps(value), "utf-8")


def points(shift: float = 0.0) -> list[list[float]]:
    """Return 21 points: x 10..30 and y 12..32 in steps of one, moved by `shift`."""
    return [[10.0 + i + shift, 12.0 + i + shift] for i in range(21)]


def flagged(flag: float = 1, shift: float = 0.0) -> list[list[float]]:
    """Return `points` with a visibility flag each."""
    return [[x, y, flag] for x, y in points(shift)]


def write_cmu_manual(root: Path) -> Path:
    """Two training hands and one test hand; joint 20 of each is not valid."""
    names = ["manual_train/000015774_01_l", "manual_train/Ricki_unit_8_l"]
    for number, name in enumerate([*names, "manual_test/000092168_02_l"]):
        write_picture(root / f"{name}.jpg", seed=number)
        hand = flagged()
        hand[20] = [0.0, 0.0, 0.0]
        annotation = {
            "hand_pts": hand,
            "hand_box_center": [20.5, 21.0],
            "is_left": number % 2,
            "is_mpii": 1,
            "mpii_image": "x.jpg",
            "head_box": [1, 1, 9, 9],
            "head_size": 7.5,
        }
        write_json(root / f"{name}.json", annotation)
    return root


def write_cmu_synth(root: Path) -> Path:
    """One hand in each folder, pictures of both endings, no head fields."""
    for i in range(1, 5):
        suffix = ".jpg" if i % 2 else ".png"
        write_picture(root / f"synth{i}" / f"0000{i}{suffix}", seed=i)
        annotation = {"hand_pts": flagged(), "hand_box_center": [20, 22], "is_left": 0}
        write_json(root / f"synth{i}" / f"0000{i}.json", annotation)
    return root


def write_cmu_panoptic(root: Path, count: int = 30) -> Path:
    """The first `count` of the 14,817 pictures."""
    entries = []
    for i in range(count):
        name = f"imgs/{i:08d}.jpg"
        write_picture(root / name, seed=i)
        entries.append(
            {
                "dataset": "hand",
                "img_paths": name,
                "img_width": SIZE[0],
                "img_height": SIZE[1],
                "joint_self": flagged(shift=i / 10),
                "objpos": [20.0 + i / 10, 22.0 + i / 10],
            }
        )
    write_json(root / "hands_v143_14817.json", {"root": entries})
    return root


def write_nsrm(root: Path) -> Path:
    """Crops of 44x44 pixels: two to train, one to validate, one to test."""
    names = [f"{i:08d}.jpg" for i in range(4)]
    for seed, name in enumerate(names):
        write_picture(root / "imgs" / name, (44, 44), seed)
    write_json(root / "labels.json", {name: points() for name in names})
    parts = {"train": names[:2], "valid": names[2:3], "test": names[3:]}
    write_json(root / "partitions.json", parts)
    return root


#: A pinhole camera: 200 px focal length, principal point in the middle of 224x224.
FREIHAND_K = [[200.0, 0.0, 112.0], [0.0, 200.0, 112.0], [0.0, 0.0, 1.0]]


def write_freihand(root: Path, hands: int = 3, versions: int = 4) -> Path:
    """Hands half a metre away, joint i at (i, 2i) mm; one version to evaluate."""
    xyz = [[[i * 1e-3, i * 2e-3, 0.5] for i in range(21)] for _ in range(hands)]
    for split, count in (("training", hands * versions), ("evaluation", hands)):
        for i in range(count):
            write_picture(root / split / "rgb" / f"{i:08d}.jpg", (224, 224), i)
        write_json(root / f"{split}_K.json", [FREIHAND_K] * hands)
        write_json(root / f"{split}_xyz.json", xyz)
    return root


def coco_content(count: int = 3) -> dict[str, Any]:
    """One hand in each of `count` pictures, flags 0, 1, 2 in turn over the joints."""
    images = [
        {"id": 7 + i, "file_name": f"{i}.jpg", "width": SIZE[0], "height": SIZE[1]}
        for i in range(count)
    ]
    keypoints = [v for i, (x, y) in enumerate(points()) for v in (x, y, i % 3)]
    annotations = [
        {
            "id": 100 + i,
            "image_id": 7 + i,
            "category_id": 1,
            "iscrowd": 0,
            "bbox": [10.0, 12.0, 20.0, 20.0],
            "num_keypoints": 14,
            "keypoints": keypoints,
        }
        for i in range(count)
    ]
    categories = [{"id": 1, "name": "hand"}]
    return {"images": images, "annotations": annotations, "categories": categories}


def write_coco(root: Path, name: str = "annotations.json", count: int = 3) -> Path:
    """A JSON beside `images/`."""
    for i in range(count):
        write_picture(root / "images" / f"{i}.jpg", seed=i)
    write_json(root / name, coco_content(count))
    return root


def write_coco_wholebody(root: Path) -> Path:
    """A person in a picture for each split; in `train` the right hand is not valid."""
    for split, number in (("train", 9), ("val", 139)):
        name = f"{number:012d}.jpg"
        write_picture(root / f"{split}2017" / name)
        image = {"id": number, "file_name": name, "width": 64, "height": 48}
        person: dict[str, Any] = {"id": 5, "image_id": number, "category_id": 1}
        for side, shift in (("left", 0.0), ("right", 5.0)):
            hand = [v for row in flagged(0.04, shift) for v in row]
            person[f"{side}hand_kpts"] = hand
            person[f"{side}hand_box"] = [10.0 + shift, 12.0 + shift, 20.0, 20.0]
            person[f"{side}hand_valid"] = split == "val" or side == "left"
        content = {"images": [image], "annotations": [person], "categories": []}
        write_json(root / "annotations" / f"coco_wholebody_{split}_v1.0.json", content)
    return root


def yolo_line(shape: tuple[int, int] = (21, 3)) -> str:
    """A box in the middle and points in a row, the first of them not labelled."""
    count, depth = shape
    values = [0, 0.5, 0.5, 0.25, 0.5]
    for i in range(count):
        values += [0.25 + i / 64, 0.5, 0.0 if i == 0 else 2.0][:depth]
    return " ".join(str(value) for value in values)


def write_yolo_pose(root: Path) -> Path:
    """Two pictures to train, one of them without a hand, and one to validate."""
    for name in ("train/a", "train/empty", "val/b"):
        write_picture(root / "images" / f"{name}.jpg")
        label = root / "labels" / f"{name}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("" if name.endswith("empty") else yolo_line() + "\n")
    (root / "hand-keypoints.yaml").write_text(
        "path: ../datasets/hand-keypoints\ntrain: images/train\nval: images/val\n"
        "kpt_shape: [21, 3]\nnames:\n  0: hand\n"
    )
    return root


def write_onehand10k(root: Path) -> Path:
    """Two hands to train, one to test; joint 0 of each is not visible."""
    for folder, count in (("Train", 2), ("Test", 1)):
        rows = []
        for i in range(count):
            write_picture(root / folder / "source" / f"{i}.jpg", seed=i)
            values = [-1, -1, *(int(v) for point in points()[1:] for v in point)]
            rows.append(",".join(map(str, [f"{i}.jpg", *SIZE, 1, *values])))
        (root / folder / "label_joint.txt").write_text("\n".join(rows) + "\n")
    return root


def rhd_annotation(*, left: float = 1.0, right: float = 0.0) -> dict[str, Any]:
    """Joint i of the 42 at (100 + i, 200 - i); the hands wholly in sight or not."""
    uv = np.array([[100.0 + i, 200.0 - i] for i in range(42)])
    seen = np.repeat([left, right], 21)[:, None]
    xyz = np.zeros((42, 3), np.float32)
    return {
        "K": np.eye(3, dtype=np.float32),
        "xyz": xyz,
        "uv_vis": np.hstack([uv, seen]),
    }


def write_rhd(root: Path, protocol: int = 2) -> Path:
    """Two pictures to train, with a left hand and with both; one to evaluate."""
    both = rhd_annotation(right=1.0)
    parts = {"training": [rhd_annotation(), both], "evaluation": [rhd_annotation()]}
    for folder, hands in parts.items():
        for i in range(len(hands)):
            write_picture(root / folder / "color" / f"{i:05d}.png", (320, 320), i)
        table = dict(enumerate(hands))
        data = pickle.dumps(table, protocol)
        (root / folder / f"anno_{folder}.pickle").write_bytes(data)
    return root


def write_interhand(root: Path, split: str = "test") -> Path:
    """A right hand and touching hands before a camera that looks along -y of the world.

    World joint j lies at (j, 0, 10 + j) mm; the camera at (0, -1000, 0) looks towards
    +y with x to the right and z upwards: camera point (X, -Z, Y + 1000).
    """
    frames = {"7": "right", "8": "interacting"}
    images, annotations = [], []
    for number, (frame, hand_type) in enumerate(frames.items()):
        name = f"Capture0/ROM01/cam400262/image{frame}.jpg"
        write_picture(root / "images" / split / name, (512, 334), number)
        images.append(
            {
                "id": number,
                "file_name": name,
                "width": 512,
                "height": 334,
                "capture": 0,
                "camera": "400262",
                "frame_idx": int(frame),
            }
        )
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "bbox": [200.0, 100.0, 90.0, 80.0],
                "joint_valid": [[1]] * 41 + [[0]],
                "hand_type": hand_type,
            }
        )
    folder = root / "annotations" / split
    data = {"images": images, "annotations": annotations}
    camera = {
        "campos": {"400262": [0.0, -1000.0, 0.0]},
        "camrot": {"400262": [[1, 0, 0], [0, 0, -1], [0, 1, 0]]},
        "focal": {"400262": [1000.0, 2000.0]},
        "princpt": {"400262": [250.0, 150.0]},
    }
    world = [[float(j), 0.0, 10.0 + j] for j in range(42)]
    joints = {frame: {"world_coord": world} for frame in frames}
    write_json(folder / f"InterHand2.6M_{split}_data.json", data)
    write_json(folder / f"InterHand2.6M_{split}_camera.json", {"0": camera})
    write_json(folder / f"InterHand2.6M_{split}_joint_3d.json", {"0": joints})
    return root


def write_hagrid(root: Path) -> Path:
    """For each split a picture with two boxes, of which one has landmarks."""
    for split in ("train", "val", "test"):
        name = f"03487280-{split}"
        write_picture(root / "call" / f"{name}.jpg", (80, 40))
        annotation = {
            "bboxes": [[0.1, 0.2, 0.3, 0.4], [0.5, 0.25, 0.25, 0.5]],
            "labels": ["no_gesture", "call"],
            "hand_landmarks": [[], [[0.5 + i / 100, 0.25] for i in range(21)]],
            "user_id": "bb138d",
        }
        write_json(root / "annotations" / split / "call.json", {name: annotation})
    return root


WRITERS: dict[str, Callable[[Path], Path]] = {
    "cmu_manual": write_cmu_manual,
    "cmu_panoptic": write_cmu_panoptic,
    "cmu_synth": write_cmu_synth,
    "coco_wholebody": write_coco_wholebody,
    "freihand": write_freihand,
    "hagrid": write_hagrid,
    "interhand": write_interhand,
    "nsrm": write_nsrm,
    "onehand10k": write_onehand10k,
    "rhd": write_rhd,
    "yolo_pose": write_yolo_pose,
}
