"""Turn graded places in photos of people into COCO files of hands and of no hands.

    python tools/weights/prepare_people.py data/people --out hands

The folder holds `manifest.csv` (file, licence, credit, group, kind) and `graded.json`:
places that a viewer has graded as a hand or none, some with points of MediaPipe's that
the viewer has graded too. Each hand is looked at several times, from the points given
and in four turns of its box; the label is what the looks agree on. Points whose looks
disagree teach nothing; a hand without good points only teaches that it is one.
OUT gets `train/` and `held_out/`, each with `people_photos.json` (hands),
`people_good.json` (those whose points are good), `people_places.json` (places without
one) and, for a detector, `people_scenes.json` (hands, and as crowds what nobody can
tell), split by group. With `--parts` (body_parts.py) they get `people_parts.json` too:
feet, knees, elbows and faces, far from all that may be a hand.
"""

from __future__ import annotations

import argparse
import csv
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from mine_negatives import is_free
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import FloatArray, HandRegion, box_center, tight_box
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import Image, read_image
from handypose_tf.labelling.looks import Consensus, look_around
from handypose_tf.labelling.mediapipe import MediaPipeHands

Place = dict[str, Any]

#: One group in so many is held out.
HELD_OUT_GROUPS = 8

#: Turns of a box's square from which a hand is looked for, its side over the box's,
#: how many of the likeliest are followed, and the least presence of a first look.
TURNS, BOX_SCALE, LIKELY_TURNS, MIN_FIRST_PRESENCE = (0, 90, 180, 270), 1.8, 2, 0.3

#: A consensus is believed with so much presence and so little mean spread, the second
#: looser for points that the viewer has called good; a single point with so little.
MIN_PRESENCE, MAX_SPREAD, MAX_GOOD_SPREAD, MAX_POINT_SPREAD = 0.8, 0.025, 0.06, 0.07

#: How far a consensus may be from points called good, over the hand's size.
MAX_MOVE = 0.12

#: Visibility of points that teach nothing, where the place is known to be a hand.
UNKNOWN = 0.001

#: A part of a body is taken from this side on, pixels, and so much of its square at
#: random: a detector takes toes for fingers as well as whole feet for hands.
MIN_PART, PART_SCALES = 24, (0.6, 1.2)


#: File and which annotations it holds.
KINDS: dict[str, Callable[[Place], bool]] = {
    "people_photos": lambda place: "keypoints" in place,
    "people_good": lambda place: place.get("grade") == "good",
    "people_places": lambda place: "no_hand" in place,
    "people_scenes": lambda place: "keypoints" in place or "iscrowd" in place,
}


def is_held_out(group: str) -> bool:
    """Tell whether a group is kept for validation; the same in every run."""
    return zlib.crc32(group.encode()) % HELD_OUT_GROUPS == 0


def best_consensus(
    hands: MediaPipeHands, image: Image, place: Place
) -> Consensus | None:
    """Return what the looks from the best start agree on; `None` if none sees a hand.

    The best is looked around once more, from what it found.
    """
    box = np.array(place["box"])
    square = HandRegion(box_center(box), BOX_SCALE * max(box[2:]))
    looks = [
        hands.landmarks_in(image, square._replace(degrees=float(turn)))
        for turn in TURNS
    ]
    likely = sorted(looks, key=lambda look: -look.presence)[:LIKELY_TURNS]
    starts = [look.keypoints for look in likely if look.presence > MIN_FIRST_PRESENCE]
    if "keypoints" in place:
        starts.append(np.array(place["keypoints"]))
    found = [look_around(hands, image, start) for start in starts]
    if not found:
        return None
    best = max(found, key=lambda consensus: consensus.quality)
    again = look_around(hands, image, best.keypoints)
    return max(best, again, key=lambda consensus: consensus.quality)


def label(place: Place, consensus: Consensus | None) -> dict[str, Any]:
    """Return the annotation of a graded hand."""
    points, visibility = _points(place, consensus)
    annotation: dict[str, Any] = {
        "keypoints": np.column_stack([points, visibility]).round(3).ravel().tolist(),
        "bbox": np.asarray(tight_box(points), float).round(2).tolist(),
    }
    if consensus is not None:
        annotation["presence"] = round(consensus.presence, 3)
        annotation["spread"] = round(float(consensus.spread.mean()), 4)
        annotation["grade"] = place.get("keypoints_grade", "none")
    if consensus is not None and visibility.max() > UNKNOWN:
        lefts = consensus.left_scores
        if lefts.min() > 0.9 or lefts.max() < 0.1:
            annotation["is_left"] = int(lefts.min() > 0.9)
    return annotation


def _points(place: Place, consensus: Consensus | None) -> tuple[Any, Any]:
    """Return points and visibility of a graded hand, whose consensus may be bad."""
    given = np.array(place["keypoints"]) if "keypoints" in place else None
    good = place.get("keypoints_grade") == "good"
    if consensus is not None and consensus.presence >= MIN_PRESENCE:
        spread = float(consensus.spread.mean())
        size = max(tight_box(consensus.keypoints)[2:])
        same = True
        if good:
            moves = np.linalg.norm(consensus.keypoints - given, axis=1)
            same = float(moves.mean()) < MAX_MOVE * size
        if same and spread < (MAX_GOOD_SPREAD if good else MAX_SPREAD):
            sure = consensus.spread < MAX_POINT_SPREAD
            return consensus.keypoints, np.where(sure, 2.0, 0.0)
    if good:
        return given, np.full(len(given), 2.0)
    if given is None:
        x, y, width, height = place["box"]
        corners = np.array([[x, y], [x + width, y + height]])
        given = np.resize(corners, (len(KEYPOINT_NAMES), 2))
    return given, np.full(len(given), UNKNOWN)


def open_networks(folder: Path) -> None:
    """Open a worker's networks."""
    global _hands, _folder
    _hands, _folder = MediaPipeHands(), folder


def annotate(item: tuple[str, list[Place]]) -> tuple[tuple[int, int], list[Place]]:
    """Return height and width of one photo, and the annotations of its places."""
    file, places = item
    image = read_image(_folder / file)
    annotations: list[Place] = []
    for place in places:
        if place["grade"] == "no":
            box = [round(value, 2) for value in place["box"]]
            annotations.append({"bbox": box, "no_hand": True})
        elif place["grade"] == "hand":
            annotations.append(label(place, best_consensus(_hands, image, place)))
        else:
            annotations.append({"bbox": place["box"], "iscrowd": 1})
    return image.shape[:2], annotations


def free_parts(
    parts: dict[str, list[list[float]]], places: list[Place], rng: np.random.Generator
) -> Iterator[Place]:
    """Give the parts of bodies of one photo that are far from every hand."""
    hands = [*parts.get("hand", ())]
    hands += [place["box"] for place in places if place["grade"] != "no"]
    around: FloatArray = np.reshape(hands, (-1, 4))
    for name in ("foot", "knee", "elbow", "face"):
        for x, y, side, _ in parts.get(name, ()):
            new = side * rng.uniform(*PART_SCALES)
            corner = np.array([x, y]) + rng.uniform(0, 1, 2) * (side - new)
            box = np.array([*corner, new, new])
            if new >= MIN_PART and is_free(box, around):
                yield {"bbox": box.round(2).tolist(), "no_hand": True, "part": name}


def write_parts(people: Path, parts: Path, out: Path) -> None:
    """Write `people_parts.json` of both sides."""
    found, rng = json.loads(parts.read_text()), np.random.default_rng(0)
    graded = {name: places for name, _, places in read_places(people)}
    sides: dict[str, list[tuple[str, tuple[int, int], list[Place]]]]
    sides = {"train": [], "held_out": []}
    with open(people / "manifest.csv", newline="") as file:
        for row in csv.DictReader(file):
            name, size = row["file"], (int(row["height"]), int(row["width"]))
            places = [*free_parts(found[name], graded.get(name, []), rng)]
            side = "held_out" if is_held_out(row["group"]) else "train"
            sides[side].append((f"people_photos/{name}", size, places))
    for side, photos in sides.items():
        write_coco(out / side / "people_parts.json", photos)


def write_coco(
    path: Path, photos: list[tuple[str, tuple[int, int], list[Place]]]
) -> None:
    """Write annotations of photos as a COCO file."""
    content = coco_content(
        ({"file_name": name, "width": width, "height": height}, places)
        for name, (height, width), places in photos
        if places
    )
    write_json(path, content)
    numbers = len(content["annotations"]), len(content["images"])
    print(f"{path}: {numbers[0]} in {numbers[1]} photos")


def read_places(folder: Path) -> Iterator[tuple[str, str, list[Place]]]:
    """Give file, group and graded places of each photo that has some."""
    places = defaultdict(list)
    for place in json.loads((folder / "graded.json").read_text()):
        places[place["file"]].append(place)
    with open(folder / "manifest.csv", newline="") as file:
        groups = {row["file"]: row["group"] for row in csv.DictReader(file)}
    for name, own in sorted(places.items()):
        yield name, groups[name], own


def main() -> None:
    """Write the files of both sides."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("people", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parts", type=Path, help="what body_parts.py wrote")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    link = args.out / "people_photos"
    if not link.exists():
        link.symlink_to(args.people.resolve())
    if args.parts is not None:
        write_parts(args.people, args.parts, args.out)
    photos = [*read_places(args.people)]
    with ProcessPoolExecutor(
        initializer=open_networks, initargs=(args.people,)
    ) as pool:
        items = [(name, places) for name, _, places in photos]
        found = [*tqdm(pool.map(annotate, items, chunksize=4), total=len(items))]
    for side in ("train", "held_out"):
        for kind, is_of in KINDS.items():
            part = [
                (
                    f"people_photos/{name}",
                    size,
                    [*filter(is_of, places)],
                )
                for (name, group, _), (size, places) in zip(photos, found, strict=True)
                if is_held_out(group) == (side == "held_out")
            ]
            write_coco(args.out / side / f"{kind}.json", part)


if __name__ == "__main__":
    main()
