"""Collect places that a detector takes for hands and that are none.

    python tools/weights/mine_negatives.py hands

`hands` is what `prepare_data.py` wrote. The shipped detector looks for hands, at a low
threshold, in backgrounds, rendered pictures and photos; what it finds where no hand is
labelled is kept, in photos only if MediaPipe's landmark model, which looks at it in
four turns, sees no hand either. One place of each picture is taken at random.
`hands/train/no_hands.json` and `hands/held_out/no_hands.json` teach and test what is no
hand, by the same split as the hands; of backgrounds every twentieth is held out.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import FloatArray, HandRegion, box_center, tight_box
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

#: Rendered pictures that are looked at, and photos, of each file.
MOST_RENDERED, MOST_PHOTOS = 900, 160
RENDERED = ("synth", "people")

#: What is in other files too, and close hands before a plain wall.
LEFT_OUT = ("all", "people_near", "no_hands", "digits", "nails")
HELD_OUT_BACKGROUNDS = 20


class Picture(NamedTuple):
    """A picture and the boxes of all its hands, `(num_hands, 4)`."""

    name: str
    path: Path
    boxes: FloatArray
    is_rendered: bool


def read_pictures(
    hands: Path, side: str, only: Collection[str] = (), most_photos: int = MOST_PHOTOS
) -> Iterator[Picture]:
    """Give the pictures of one side that are looked at; of files alone if named."""
    if only:
        for name in only:
            yield from read_file(hands, hands / side / f"{name}.json", most_photos)
        return
    for number, path in enumerate(sorted((hands / "backgrounds").rglob("*.jpg"))):
        if (number % HELD_OUT_BACKGROUNDS == 0) == (side == "held_out"):
            name = str(path.relative_to(hands))
            yield Picture(name, path, np.zeros((0, 4)), is_rendered=False)
    for file in sorted((hands / side).glob("*.json")):
        if file.stem not in LEFT_OUT:
            yield from read_file(hands, file, most_photos)


def read_file(hands: Path, file: Path, most_photos: int) -> Iterator[Picture]:
    """Give pictures of one COCO file."""
    content = json.loads(file.read_text())
    boxes = defaultdict(list)
    for annotation in content["annotations"]:
        box = annotation.get("bbox")
        if "keypoints" in annotation:
            box = tight_box(np.reshape(annotation["keypoints"], (-1, 3))[:, :2])
        boxes[annotation["image_id"]].append(box)
    is_rendered = file.stem in RENDERED
    most = MOST_RENDERED if is_rendered else most_photos
    images = content["images"]
    for i in sorted(np.random.default_rng(0).permutation(len(images))[:most]):
        name, own = images[i]["file_name"], np.reshape(boxes[images[i]["id"]], (-1, 4))
        yield Picture(name, hands / name, own, is_rendered)


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


def open_networks(detector: str, min_score: float) -> None:
    """Open a worker's networks."""
    global _detector, _teacher
    _detector = HandDetector(detector, 1, levels=2, min_score=min_score)
    _teacher = MediaPipeHands()


def mine(picture: Picture) -> tuple[tuple[int, ...], list[FloatArray]]:
    """Return the size of a picture and its places without a hand."""
    image = read_image(picture.path)
    teacher = None if picture.is_rendered else _teacher
    rng = np.random.default_rng(zlib.crc32(picture.name.encode()))
    return image.shape[:2], free_places(image, picture.boxes, _detector, teacher, rng)


def write_places(
    path: Path, mined: Iterable[tuple[Picture, tuple[Any, list[FloatArray]]]]
) -> None:
    """Write boxes without a hand as a COCO file."""
    content = coco_content(
        (
            {"file_name": picture.name, "width": width, "height": height},
            [{"bbox": box.round(2).tolist(), "no_hand": True} for box in places],
        )
        for picture, ((height, width), places) in mined
    )
    write_json(path, content)
    numbers = len(content["annotations"]), len(content["images"])
    print(f"{path}: {numbers[0]} places in {numbers[1]} pictures")


def main() -> None:
    """Write `no_hands.json` of both sides."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path)
    parser.add_argument("--detector", default="handypose_detector")
    parser.add_argument("--only", nargs="+", default=[], metavar="FILE", help="people")
    parser.add_argument("--most-photos", type=int, default=MOST_PHOTOS)
    parser.add_argument("--min-score", type=float, default=MIN_SCORE)
    parser.add_argument("--name", default="no_hands", help="of what is written")
    args = parser.parse_args()
    with ProcessPoolExecutor(
        initializer=open_networks, initargs=(args.detector, args.min_score)
    ) as pool:
        for side in ("train", "held_out"):
            pictures = [*read_pictures(args.hands, side, args.only, args.most_photos)]
            found = pool.map(mine, pictures, chunksize=8)
            bar = tqdm(found, desc=side, total=len(pictures), mininterval=5)
            path = args.hands / side / f"{args.name}.json"
            write_places(path, zip(pictures, bar, strict=True))


if __name__ == "__main__":
    main()
