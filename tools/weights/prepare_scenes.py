"""Look for what the labels do not say, before a detector is trained on them.

    python tools/weights/prepare_scenes.py hands --people data/people

`hands` is what `prepare_data.py` and `prepare_people.py` wrote. MediaPipe's palm
detector looks at every photo in four turns, and is believed at a low score: where it
sees a palm without a label, training looks away (`hands/possible.json`). Photos of
people of the training's groups in which nothing was graded a hand or unclear, and it
sees no palm but where the grade is none, join the backgrounds in `hands/grounds`.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from prepare_people import is_held_out
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.geometry import FloatArray, box_center, tight_box
from handypose_tf.images import Image, read_image
from handypose_tf.labelling.mediapipe import MediaPipeHands

TURNS = (0, 90, 180, 270)
MIN_SCORE = 0.25

#: Side of a hand's box over that of the region of its palm.
HAND_SHARE = 0.6

#: Hands before a plain wall and rendered ones, labelled whole; and files that hold but
#: a part of what others hold.
WHOLE = ("digits", "synth", "people", "people_near", "all")
PARTS = ("people_photos", "people_good", "people_places", "no_hands")


def palm_boxes(detector: MediaPipeHands, image: Image) -> FloatArray:
    """Return boxes `(num_boxes, 4)` around all that may be a hand."""
    boxes = []
    for degrees in TURNS:
        for palm in detector.detect(image, degrees, min_score=MIN_SCORE):
            side = HAND_SHARE * palm.region.side
            boxes.append([*(palm.region.center - side / 2), side, side])
    return np.reshape(boxes, (-1, 4))


def without_label(boxes: FloatArray, labelled: FloatArray) -> list[list[float]]:
    """Return the boxes that do not sit on a labelled hand."""
    rest = []
    for box in boxes:
        distance = np.abs(box_center(box) - labelled[:, :2] - labelled[:, 2:] / 2)
        near = distance <= 0.6 * labelled[:, 2:].max(axis=1, keepdims=True)
        if not near.all(axis=1).any():
            rest.append(np.round(box, 1).tolist())
    return rest


def labelled_box(annotation: dict[str, Any]) -> list[float]:
    """Return the box of a hand's points, or of a crowd."""
    if "keypoints" not in annotation:
        return annotation["bbox"]
    return tight_box(np.reshape(annotation["keypoints"], (-1, 3))[:, :2]).tolist()


def possible_hands(detector: MediaPipeHands, hands: Path) -> dict[str, list]:
    """Return the boxes without label of every photo that has some, by its name."""
    found = {}
    files = sorted(hands.glob("train/*.json")) + sorted(hands.glob("held_out/*.json"))
    for file in (file for file in files if file.stem not in WHOLE + PARTS):
        content = json.loads(file.read_text())
        labels: dict[int, list] = {}
        for annotation in content["annotations"]:
            labels.setdefault(annotation["image_id"], []).append(
                labelled_box(annotation)
            )
        for image in tqdm(content["images"], desc=file.stem, mininterval=5):
            name = image["file_name"]
            boxes = palm_boxes(detector, read_image(hands / name))
            rest = without_label(boxes, np.array(labels[image["id"]]))
            if rest:
                found[name] = rest
    return found


def photos_without_hands(detector: MediaPipeHands, people: Path) -> list[Path]:
    """Return the photos of people, of the training's groups, that show no hand."""
    graded = defaultdict(list)
    for place in json.loads((people / "graded.json").read_text()):
        graded[place["file"]].append(place)
    with open(people / "manifest.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not is_held_out(row["group"])]
    free = []
    for row in tqdm(rows, desc="people", mininterval=5):
        places, path = graded[row["file"]], people / row["file"]
        looked_at = places or row["kind"] == "negative"
        if looked_at and all(place["grade"] == "no" for place in places):
            known = np.reshape([place["box"] for place in places], (-1, 4))
            if not without_label(palm_boxes(detector, read_image(path)), known):
                free.append(path)
    return free


def link_grounds(hands: Path, photos: list[Path]) -> int:
    """Link backgrounds and photos without hands into one folder; return how many."""
    folder = hands / "grounds"
    folder.mkdir(exist_ok=True)
    pictures = [*sorted((hands / "backgrounds").rglob("*.jpg")), *photos]
    for picture in pictures:
        link = folder / f"{picture.parent.name}_{picture.name}"
        if not link.exists():
            link.symlink_to(picture.resolve())
    return len(pictures)


def main() -> None:
    """Write `possible.json` and `grounds` into the folder of hands."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("--people", type=Path, required=True)
    args = parser.parse_args()
    detector = MediaPipeHands()
    photos = photos_without_hands(detector, args.people)
    print(f"{args.hands / 'grounds'}: {link_grounds(args.hands, photos)} pictures")
    found = possible_hands(detector, args.hands)
    path = write_json(args.hands / "possible.json", found)
    print(f"{path}: {sum(map(len, found.values()))} places in {len(found)} photos")


if __name__ == "__main__":
    main()
