"""Label hands of photos of people that the teacher could not, with our own network.

    python tools/weights/own_labels.py data/people hands

Takes the hands of `hands/train/people_photos.json` whose points teach nothing, and what
`predict` finds in the same side's photos where nobody has graded anything. A shipped
network looks at each from three starts, three times from each; the label is the median.
Points on which the starts disagree teach nothing, and hands on which they do are left
out, as are those of `own_refused.json`, whose points a viewer of all found wrong.
Writes `hands/train/people_own.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from prepare_people import is_held_out
from tqdm import tqdm

from handypose_tf.files import write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.geometry import FloatArray, HandRegion, box_center, tight_box
from handypose_tf.images import Image, read_image
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.labelling.teacher import hand_size

#: Turn and scale of the square that each start shows.
STARTS = ((0.0, 1.5), (30.0, 1.7), (-30.0, 1.35))

#: A hand is labelled with so much presence, and as much for one that `predict` found,
#: and so little mean spread over its size; a point with so little, and such a score.
MIN_PRESENCE, MIN_FOUND, MAX_SPREAD = 0.25, 0.6, 0.18
MAX_POINT_SPREAD, MIN_POINT_SCORE = 0.08, 0.35

#: Hands whose points are wrong to the eye, or that are none; a label is one of these if
#: it shares so much with it.
REFUSED, SAME_SHARED = Path(__file__).with_name("own_refused.json"), 0.7

#: Hands smaller than this, in pixels, are left out.
MIN_SIZE = 28

#: A find is new if it shares less than this part of either box with what is known.
MOST_SHARED = 0.1


def consensus(
    model: HandPoseEstimator, image: Image, box: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, float, float]:
    """Return keypoints, their spread and scores, presence and chance of a left hand."""
    middle, side = box_center(box), float(max(box[2:]))
    regions = [HandRegion(middle, scale * side, turn) for turn, scale in STARTS]
    hands = model.predict_regions(image, regions)
    points = np.stack([hand.keypoints for hand in hands])
    best = np.median(points, axis=0)
    apart = np.linalg.norm(points - best, axis=-1).max(axis=0)
    return (
        best,
        apart / max(hand_size(best), 1e-6),
        np.mean([hand.scores for hand in hands], axis=0),
        float(min(hand.score for hand in hands)),
        float(np.mean([hand.left_score for hand in hands])),
    )


def label(
    model: HandPoseEstimator, image: Image, box: FloatArray, min_presence: float
) -> dict[str, Any] | None:
    """Return a hand's annotation; `None` if the looks do not agree."""
    points, spread, scores, presence, left = consensus(model, image, box)
    small = max(tight_box(points)[2:]) < MIN_SIZE
    if small or presence < min_presence or spread.mean() > MAX_SPREAD:
        return None
    sure = (spread < MAX_POINT_SPREAD) & (scores > MIN_POINT_SCORE)
    annotation = {
        "keypoints": np.column_stack([points, 2 * sure]).round(2).ravel().tolist(),
        "bbox": np.asarray(tight_box(points), float).round(2).tolist(),
        "presence": round(presence, 3),
        "spread": round(float(spread.mean()), 4),
    }
    if not 0.05 < left < 0.95:
        annotation["is_left"] = int(left > 0.5)
    return annotation


def is_new(
    box: FloatArray, known: Iterable[FloatArray], most_shared: float = MOST_SHARED
) -> bool:
    """Tell whether a box shares little of itself, or of the other, with any known."""
    low, high = box[:2], box[:2] + box[2:]
    for other in known:
        shared = np.minimum(high, other[:2] + other[2:]) - np.maximum(low, other[:2])
        least = min(np.prod(box[2:]), np.prod(other[2:]))
        if np.prod(np.maximum(shared, 0)) > most_shared * least:
            return False
    return True


def is_refused(hand: dict[str, Any], refused: list[FloatArray]) -> bool:
    """Tell whether a viewer has refused a label."""
    return not is_new(np.array(hand["bbox"]), refused, SAME_SHARED)


def open_network(folder: Path, model: str) -> None:
    """Open a worker's network."""
    global _model, _folder
    _model = HandPoseEstimator(model, num_threads=1, refine=True, min_score=MIN_FOUND)
    _folder = folder


def annotate(
    item: tuple[str, list[list[float]], list[list[float]]],
) -> tuple[tuple[int, int], list[dict[str, Any]]]:
    """Return height and width of a photo, and its new annotations."""
    file, boxes, known = item
    image = read_image(_folder / file)
    places = [np.array(box) for box in boxes]
    found = [label(_model, image, box, MIN_PRESENCE) for box in places]
    known_boxes = np.reshape(known, (-1, 4))
    for hand in _model.find(image):
        box = np.asarray(hand.box, float)
        if is_new(box, known_boxes):
            new = label(_model, image, box, MIN_FOUND)
            found.append(new and new | {"found": True})
    return image.shape[:2], [hand for hand in found if hand]


def main() -> None:
    """Write `people_own.json`."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("people", type=Path)
    parser.add_argument("hands", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    args = parser.parse_args()
    with open(args.people / "manifest.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not is_held_out(row["group"])]
    known, asked = defaultdict(list), defaultdict(list)
    for place in json.loads((args.people / "graded.json").read_text()):
        known[place["file"]].append(place["box"])
    content = json.loads((args.hands / "train" / "people_photos.json").read_text())
    names = {image["id"]: image["file_name"] for image in content["images"]}
    for hand in content["annotations"]:
        if max(hand["keypoints"][2::3]) < 1:
            name = names[hand["image_id"]].removeprefix("people_photos/")
            asked[name].append(hand["bbox"])
    items = [(row["file"], asked[row["file"]], known[row["file"]]) for row in rows]
    with ProcessPoolExecutor(
        initializer=open_network, initargs=(args.people, args.model)
    ) as pool:
        found = [*tqdm(pool.map(annotate, items, chunksize=8), total=len(items))]
    refused = defaultdict(list)
    for hand in json.loads(REFUSED.read_text()):
        refused[hand["file"]].append(np.array(hand["box"], float))
    content = coco_content(
        ({"file_name": f"people_photos/{name}", "width": w, "height": h}, good)
        for (name, _, _), ((h, w), hands) in zip(items, found, strict=True)
        if (good := [hand for hand in hands if not is_refused(hand, refused[name])])
    )
    path = args.hands / "train" / "people_own.json"
    write_json(path, content)
    hands = content["annotations"]
    new = sum("found" in hand for hand in hands)
    print(
        f"{path}: {len(hands)} hands, {new} of them newly found; asked of "
        f"{sum(map(len, asked.values()))}"
    )


if __name__ == "__main__":
    main()
