"""Gather the data that the shipped weights are trained on, as COCO files.

    python tools/weights/cut_backgrounds.py data/real_hands --out backgrounds
    handypose label FOLDERS... --out labelled --min-size 32 --max-disagreement 0.06
    handypose synth --count 6500 --out synth --seed 11 --backgrounds backgrounds
    handypose synth --count 4000 --out synth2 --seed 12 --backgrounds backgrounds
    handypose synth --people --count 2000 --out people --seed 31 --size 448 \
        --backgrounds backgrounds
    python tools/weights/prepare_data.py --photos data/real_hands \
        --labelled labelled --synth synth synth2 --people people \
        --backgrounds backgrounds --out hands
    python tools/weights/mine_negatives.py hands

`--photos` is a folder with `manifest.csv` (file, source, licence, group) and
`teacher_labels.json`, whose labels serve where `handypose label` gave none. Photos of a
group (a person, a photo and its copies, an uploader) are all trained on or all held
out. Hands of photos are given a side (`is_left`) where MediaPipe is sure of it. OUT
gets `train/FOLDER.json` and `held_out/FOLDER.json`, synthetic hands included, and an
`all.json` of each side; `--more-held-out` adds hands rendered by another seed to that
of `held_out`. `--people` are not in `all.json`: `people.json`, with all their hands, is
for the detector, `people_near.json`, with those of some size, for the pose network.
"""

from __future__ import annotations

import argparse
import csv
import json
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import tight_box
from handypose_tf.images import read_image
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.labelling.mediapipe_teacher import MediaPipeTeacher
from handypose_tf.labelling.segmentation import outline_hand

Annotation = dict[str, Any]

#: Folders whose background is plain enough for an outline to be right.
MASKED = ("digits", "gestures", "letters", "nails")

#: One group in so many is held out, and the last pictures of the first rendered folder
#: and of the rendered people.
HELD_OUT_GROUPS, HELD_OUT_SYNTH, HELD_OUT_PEOPLE = 20, 250, 100

#: What is kept of the labels of rendered hands.
RENDERED = ("keypoints", "bbox", "is_left", "iscrowd", "melanin")

MIN_SIZE, MAX_DISAGREEMENT = 32, 0.06

#: Hands of rendered people that the pose network is trained on, pixels.
NEAR_SIZE = 48


def is_held_out(group: str) -> bool:
    """Tell whether a group is kept for validation; the same in every run."""
    return zlib.crc32(group.encode()) % HELD_OUT_GROUPS == 0


def teacher_hands(photos: Path) -> dict[str, list[Annotation]]:
    """Return the good hands of `teacher_labels.json` by photo, from upright photos."""
    hands = defaultdict(list)
    for label in json.loads((photos / "teacher_labels.json").read_text()):
        points = np.array(label["keypoints"])
        good = label["mirror_disagreement"] < MAX_DISAGREEMENT
        if good and tight_box(points)[2:].max() >= 24:
            flat = np.column_stack([points, np.full(len(points), 2)]).round(2).ravel()
            name = label["file"].removeprefix("real_hands/")
            hands[name].append({"keypoints": flat.tolist()})
    return hands


def labelled_hands(labelled: Path) -> dict[str, list[Annotation]]:
    """Return the hands of `handypose label` by photo."""
    content = json.loads((labelled / "annotations.json").read_text())
    names = {image["id"]: image["file_name"] for image in content["images"]}
    hands = defaultdict(list)
    for annotation in content["annotations"]:
        kept = ("keypoints", "bbox", "is_left", "score", "disagreement")
        name = names[annotation["image_id"]]
        hands[name].append({k: annotation[k] for k in kept if k in annotation})
    return hands


def add_outline(photo: Path, hand: Annotation) -> None:
    """Add the hand's outline, so that training can swap the background."""
    points = np.reshape(hand["keypoints"], (-1, 3)).astype(np.float32)
    if (points[:, 2] > 0).all():
        hand["segmentation"] = outline_hand(read_image(photo), points[:, :2])


def add_side(photo: Path, hand: Annotation, teacher: MediaPipeTeacher) -> None:
    """Add whether it is a left hand, or nothing where the teacher is not sure."""
    hand.pop("is_left", None)
    points = np.reshape(hand["keypoints"], (-1, 3))[:, :2]
    is_left = teacher.side(read_image(photo), points)
    if is_left is not None:
        hand["is_left"] = int(is_left)


def write_coco(path: Path, pictures: dict[Path, list[Annotation]]) -> int:
    """Write hands of pictures as a COCO file; returns the number of hands."""
    content = coco_content(
        (_picture_entry(picture, path.parents[1]), hands)
        for picture, hands in pictures.items()
    )
    write_json(path, content)
    return len(content["annotations"])


def _picture_entry(picture: Path, folder: Path) -> dict[str, Any]:
    height, width = cv2.imread(str(picture)).shape[:2]
    name = str(picture.relative_to(folder))
    return {"file_name": name, "width": width, "height": height}


def gather_photos(
    photos: Path, labelled: Path, out: Path
) -> dict[str, dict[Path, list[Annotation]]]:
    """Return `train/FOLDER` and `held_out/FOLDER` with their pictures and hands."""
    found = labelled_hands(labelled)
    covered = {name.split("/")[0] for name in found}
    for name, hands in teacher_hands(photos).items():
        if name.split("/")[0] not in covered:
            found[name] = hands
    with open(photos / "manifest.csv", newline="") as file:
        rows = {
            row["file"].removeprefix("real_hands/"): row["group"]
            for row in csv.DictReader(file)
        }
    parts: dict[str, dict[Path, list[Annotation]]] = defaultdict(dict)
    teacher = MediaPipeTeacher(MediaPipeHands())
    for name, hands in tqdm(sorted(found.items()), unit=" photo", disable=None):
        folder = name.split("/")[0]
        side = "held_out" if is_held_out(rows[name]) else "train"
        for hand in hands:
            add_side(photos / name, hand, teacher)
            if folder in MASKED and side == "train":
                add_outline(photos / name, hand)
        parts[f"{side}/{folder}"][out / "photos" / name] = hands
    return parts


def rendered_hands(folder: Path) -> dict[Path, list[Annotation]]:
    """Return the hands of `handypose synth` by picture, in their order."""
    content = json.loads((folder / "annotations.json").read_text())
    names = {image["id"]: image["file_name"] for image in content["images"]}
    pictures: dict[Path, list[Annotation]] = defaultdict(list)
    for annotation in content["annotations"]:
        hand = {name: annotation[name] for name in RENDERED if name in annotation}
        pictures[folder / "images" / names[annotation["image_id"]]].append(hand)
    return pictures


def gather_people(folder: Path) -> dict[str, dict[Path, list[Annotation]]]:
    """Return `people` and `people_near` of both sides; held out are the last ones."""
    pictures = [*rendered_hands(folder).items()]
    parts = {}
    for side, part in (
        ("train", pictures[:-HELD_OUT_PEOPLE]),
        ("held_out", pictures[-HELD_OUT_PEOPLE:]),
    ):
        near = ((picture, [*filter(is_near, hands)]) for picture, hands in part)
        parts[f"{side}/people"] = dict(part)
        parts[f"{side}/people_near"] = {p: hands for p, hands in near if hands}
    return parts


def is_near(hand: Annotation) -> bool:
    """Tell whether a rendered person's hand is large enough, and to be seen."""
    size = tight_box(np.reshape(hand["keypoints"], (-1, 3))[:, :2])[2:].max()
    return size >= NEAR_SIZE and not hand["iscrowd"]


def main() -> None:
    """Link the pictures into OUT and write the COCO files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("photos", "labelled", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--synth", type=Path, nargs="+", required=True)
    parser.add_argument("--more-held-out", type=Path)
    parser.add_argument("--people", type=Path)
    parser.add_argument("--backgrounds", type=Path, help="for prepare_scenes.py")
    args = parser.parse_args()
    folders = {"photos": args.photos, **{folder.name: folder for folder in args.synth}}
    if args.more_held_out:
        folders["more_synth"] = args.more_held_out
    for name in ("people", "backgrounds"):
        if getattr(args, name):
            folders[name] = getattr(args, name)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, folder in folders.items():
        link = args.out / name
        if not link.exists():
            link.symlink_to(folder.resolve())
    parts = gather_photos(args.photos, args.labelled, args.out)
    first, *more = (rendered_hands(args.out / folder.name) for folder in args.synth)
    held_out = [*first][-HELD_OUT_SYNTH:]
    parts["held_out/synth"] = {picture: first.pop(picture) for picture in held_out}
    parts["train/synth"] = first
    for hands in more:
        parts["train/synth"] |= hands
    for side in ("train", "held_out"):
        own = [part for name, part in parts.items() if name.startswith(f"{side}/")]
        parts[f"{side}/all"] = {p: hands for part in own for p, hands in part.items()}
    if args.more_held_out:
        parts["held_out/all"] |= rendered_hands(args.out / "more_synth")
    if args.people:
        parts |= gather_people(args.out / "people")
    for name, pictures in sorted(parts.items()):
        path = args.out / f"{name}.json"
        print(f"{path}: {write_coco(path, pictures)} hands")


if __name__ == "__main__":
    main()
