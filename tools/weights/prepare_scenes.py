"""Look for what the labels do not say, before a detector is trained on them.

    python tools/weights/prepare_scenes.py hands

`hands` is what `prepare_data.py` wrote. MediaPipe's palm detector looks at every
photo in four turns, and is believed at a low score: where it sees a palm without a
label, training looks away (`hands/possible.json`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.geometry import FloatArray, box_center
from handypose_tf.images import Image, read_image
from handypose_tf.labelling.mediapipe import MediaPipeHands

TURNS = (0, 90, 180, 270)
MIN_SCORE = 0.25

#: Side of a hand's box over that of the region of its palm.
HAND_SHARE = 0.6

#: Hands before a plain wall and rendered ones, labelled whole; and all files together.
WHOLE = ("digits", "synth", "people", "people_near", "all")


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


def possible_hands(detector: MediaPipeHands, hands: Path) -> dict[str, list]:
    """Return the boxes without label of every photo that has some, by its name."""
    found = {}
    files = sorted(hands.glob("train/*.json")) + sorted(hands.glob("held_out/*.json"))
    for file in (file for file in files if file.stem not in WHOLE):
        content = json.loads(file.read_text())
        labels: dict[int, list] = {}
        for annotation in content["annotations"]:
            points = np.reshape(annotation["keypoints"], (-1, 3))[:, :2]
            low, high = points.min(axis=0), points.max(axis=0)
            labels.setdefault(annotation["image_id"], []).append([*low, *(high - low)])
        for image in tqdm(content["images"], desc=file.stem, mininterval=5):
            name = image["file_name"]
            boxes = palm_boxes(detector, read_image(hands / name))
            rest = without_label(boxes, np.array(labels[image["id"]]))
            if rest:
                found[name] = rest
    return found


def main() -> None:
    """Write `possible.json` into the folder of hands."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path)
    args = parser.parse_args()
    found = possible_hands(MediaPipeHands(), args.hands)
    path = write_json(args.hands / "possible.json", found)
    print(f"{path}: {sum(map(len, found.values()))} places in {len(found)} photos")


if __name__ == "__main__":
    main()
