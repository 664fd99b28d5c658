"""Collect places that a detector takes for hands and that are none.

    python examples/shipped_weights/mine_negatives.py hands

`hands` is what `prepare_data.py` and `prepare_scenes.py` wrote. The shipped detector
looks for hands, at a low threshold, in backgrounds, rendered pictures and photos; what
it finds where no hand is labelled or possible (`possible.json`) is kept, in photos only
if MediaPipe's landmark model, which looks at it in four turns, sees no hand either. A
few places of each picture are taken at random. `hands/train/no_hands.json` and
`hands/held_out/no_hands.json` teach and test what is no hand, by the same split as the
hands; of backgrounds every twentieth is held out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.geometry import FloatArray, box_center
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.hand_region import HandRegion
from handypose_tf.images import Image, read_image
from handypose_tf.inference import HandDetector
from handypose_tf.labelling.mediapipe import MediaPipeHands

#: What the detector gives less than this is no mistake worth learning from.
MIN_SCORE = 0.06

#: Finds and random places that are kept of a picture, and the least side in pixels.
MOST_FOUND, MOST_RANDOM, MIN_SIDE = 6, 1, 20

#: A place counts as free if squares of this many times its side hold no hand's centre
#: and none of its box beyond this share.
SURROUNDINGS, MOST_SHARED = 1.6, 0.3

#: The landmark model's word for a hand, in any turn, above which a place is left out.
MAX_PRESENCE, TURNS, REGION_SCALE = 0.2, (0, 90, 180, 270), 1.7

#: Rendered pictures that are looked at, and photos of each folder.
MOST_RENDERED, MOST_PHOTOS = 1500, 250
RENDERED = ("synth", "people")
HELD_OUT_BACKGROUNDS = 20

Pictures = Iterator[tuple[str, FloatArray]]


def read_pictures(hands: Path, part: str, possible: dict[str, Any]) -> Pictures:
    """Give the pictures of one file with the boxes of all hands in them."""
    content = json.loads((hands / f"{part}.json").read_text())
    boxes: dict[int, list[list[float]]] = {}
    for annotation in content["annotations"]:
        points = np.reshape(annotation["keypoints"], (-1, 3))[:, :2]
        low, high = points.min(axis=0), points.max(axis=0)
        boxes.setdefault(annotation["image_id"], []).append([*low, *(high - low)])
    is_rendered = part.split("/")[1] in RENDERED
    most = MOST_RENDERED if is_rendered else MOST_PHOTOS
    images = content["images"]
    chosen = np.random.default_rng(0).permutation(len(images))[:most]
    for i in sorted(chosen):
        name = images[i]["file_name"]
        every = [*boxes.get(images[i]["id"], []), *possible.get(name, [])]
        yield name, np.reshape(every, (-1, 4))


def is_free(box: FloatArray, hands: FloatArray) -> bool:
    """Tell whether a place has no hand in its surroundings."""
    half = SURROUNDINGS * max(box[2:]) / 2
    low, high = box_center(box) - half, box_center(box) + half
    for hand in hands:
        center = box_center(hand)
        if ((center > low) & (center < high)).all():
            return False
        shared = np.minimum(high, hand[:2] + hand[2:]) - np.maximum(low, hand[:2])
        if np.prod(np.maximum(shared, 0)) > MOST_SHARED * max(np.prod(hand[2:]), 1):
            return False
    return True


def random_box(rng: np.random.Generator, image: Image) -> FloatArray:
    """Return a square of any size somewhere in a picture."""
    height, width = image.shape[:2]
    side = min(height, width) * np.exp(rng.uniform(np.log(0.08), np.log(0.7)))
    corner = rng.uniform(0, 1, 2) * (np.array([width, height]) - side)
    return np.array([*corner, side, side])


def looks_like_a_hand(teacher: MediaPipeHands, image: Image, box: FloatArray) -> bool:
    """Tell whether the teacher sees a hand there, in any of four turns."""
    side = REGION_SCALE * float(max(box[2:]))
    regions = [HandRegion(box_center(box), side, float(turn)) for turn in TURNS]
    seen = (teacher.landmarks_in(image, region).presence for region in regions)
    return any(presence > MAX_PRESENCE for presence in seen)


def free_places(
    image: Image,
    hands: FloatArray,
    detector: HandDetector,
    teacher: MediaPipeHands | None,
    rng: np.random.Generator,
) -> list[FloatArray]:
    """Return the boxes of a picture that look like hands and are none."""
    found = [hand.box.astype(float) for hand in detector.detect(image)]
    drawn = [random_box(rng, image) for _ in range(MOST_RANDOM)]
    places: list[FloatArray] = []
    for boxes, most in ((found, MOST_FOUND), (drawn, MOST_RANDOM)):
        kept = 0
        for box in boxes:
            large = max(box[2:]) >= MIN_SIDE
            if kept == most or not large or not is_free(box, hands):
                continue
            if teacher is None or not looks_like_a_hand(teacher, image, box):
                places.append(box)
                kept += 1
    return places


def main() -> None:
    """Write `no_hands.json` of both sides."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("--detector", default="handypose_detector")
    args = parser.parse_args()
    possible = json.loads((args.hands / "possible.json").read_text())
    detector = HandDetector(args.detector, 1, levels=2, min_score=MIN_SCORE)
    teacher, rng = MediaPipeHands(), np.random.default_rng(0)
    backgrounds = sorted((args.hands / "backgrounds").rglob("*.jpg"))
    for side in ("train", "held_out"):
        pictures: list[tuple[str, FloatArray, bool]] = []
        for number, path in enumerate(backgrounds):
            if (number % HELD_OUT_BACKGROUNDS == 0) == (side == "held_out"):
                name = str(path.relative_to(args.hands))
                pictures.append((name, np.zeros((0, 4)), True))
        for file in sorted((args.hands / side).glob("*.json")):
            if file.stem in ("all", "people_near", "no_hands", "digits", "nails"):
                continue
            checked = file.stem not in RENDERED
            for name, boxes in read_pictures(
                args.hands, f"{side}/{file.stem}", possible
            ):
                pictures.append((name, boxes, checked))
        images, annotations = [], []
        for name, boxes, checked in tqdm(pictures, desc=side, mininterval=5):
            image = read_image(args.hands / name)
            places = free_places(
                image, boxes, detector, teacher if checked else None, rng
            )
            if not places:
                continue
            height, width = image.shape[:2]
            size = {"width": width, "height": height}
            images.append({"id": len(images), "file_name": name, **size})
            for box in places:
                annotation = {"id": len(annotations), "image_id": images[-1]["id"]}
                annotation |= {"category_id": 1, "bbox": box.round(2).tolist()}
                annotations.append({**annotation, "no_hand": True})
        category = {"id": 1, "name": "hand", "keypoints": list(KEYPOINT_NAMES)}
        content = {"images": images, "annotations": annotations}
        path = args.hands / side / "no_hands.json"
        write_json(path, {**content, "categories": [category]})
        print(f"{path}: {len(annotations)} places in {len(images)} pictures")


if __name__ == "__main__":
    main()
