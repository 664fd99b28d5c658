"""Make the pictures of what the shipped models find, on rendered hands and people.

make pictures

or, where the extra [synth] is installed: python docs/figures/make_finds.py. With
`--rendered FOLDER` what is rendered is kept there, and taken from there the next time.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from make_figures import FOLDER, copy_free_photos, handypose

from handypose_tf.data import Record
from handypose_tf.data.readers import CocoReader
from handypose_tf.data.scenes.pictures import group_by_picture
from handypose_tf.geometry import FloatArray, box_overlaps, tight_box
from handypose_tf.images import Image, read_image, write_image
from handypose_tf.images.drawing import contact_sheet, draw_boxes, draw_keypoints
from handypose_tf.inference import HandDetector, HandPoseEstimator, draw_hands
from handypose_tf.inference.estimator import DEFAULT_MODEL

POSE_MODELS = (
    "handypose_mediapipe_full",
    "handypose_mediapipe_lite",
    "handypose_lite0",
)
DETECTOR = "handypose_detector"

#: Rendered hands, a third of them hard ones, and rendered people, of seeds that no
#: weights were trained on.
_HANDS = ("--count", "300", "--seed", "21", "--hard", "0.33")
_PEOPLE = ("--people", "--count", "80", "--seed", "61", "--size", "448")

_NUM_TILES, _COLUMNS, _TILE = 6, 3, 200
#: Side of what is shown of a hand over the longer side of its box.
_SHOWN = 1.8
#: Shares of all hands, ordered by their error, that the good ones are taken at.
_GOOD_SHARES = np.linspace(0.03, 0.5, _NUM_TILES)
#: Finds below the models' own thresholds are shown too, where there are few above.
_LEAST_SCORE = 0.1
_LABEL_COLOR, _FOUND_COLOR, _ALARM_COLOR = (
    (235, 235, 235),
    (70, 220, 120),
    (255, 90, 60),
)


class Tile(NamedTuple):
    """A picture and the line below it."""

    image: Image
    caption: str


def main() -> None:
    """Render unless that is done, and draw what each model finds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rendered", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.rendered or Path(scratch)
        render(folder)
        draw_demo(Path(scratch) / "demo")
        draw_failures(folder / "hands")
        hands = CocoReader(folder / "hands" / "annotations.json").records()
        people = CocoReader(folder / "people" / "annotations.json")
        for model in POSE_MODELS:
            write_rows(model, [*pose_rows(model, hands), false_alarms(model, people)])
        write_rows(DETECTOR, detector_rows(people))


def render(folder: Path) -> None:
    """Render hands and people; what is there is not rendered again."""
    photos = folder / "photos"
    if not photos.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        copy_free_photos(photos)
    for name, options in (("hands", _HANDS), ("people", _PEOPLE)):
        out = ["--out", str(folder / name), "--backgrounds", str(photos)]
        handypose(["synth", *options, *out])


def draw_demo(scratch: Path) -> None:
    """Draw what `handypose demo` finds: keypoints and heatmaps."""
    handypose(["demo", "--out", str(scratch)])
    shutil.copy(scratch / "hand.jpg", FOLDER / "demo.jpg")
    shutil.copy(scratch / "heatmaps.jpg", FOLDER / "heatmaps.jpg")


def draw_failures(hands: Path) -> None:
    """Draw the rendered hands that the default model gets most wrong."""
    data = ["--data", f"coco:{hands / 'annotations.json'}", "--protocol", "nsrm"]
    worst = ["--worst", str(FOLDER / "failures.jpg")]
    handypose(["evaluate", "--model", DEFAULT_MODEL, *data, *worst])


def pose_rows(model: str, hands: Sequence[Record]) -> list[list[Tile]]:
    """Return hands that a model finds well, and those that it finds worst."""
    estimator = HandPoseEstimator(model)
    found = []
    for hand in hands:
        image = hand.read_image()
        [pose] = estimator.predict(image, hand.box[None])
        seen = hand.visibility > 0
        distances = np.linalg.norm(pose.keypoints - hand.keypoints, axis=1)[seen]
        error = float(distances.mean() / hand.box[2:].max())
        drawn = cut(draw_hands(image, [pose]), hand.box)
        found.append((error, Tile(drawn, f"error {error:.2f} of the hand")))
    ordered = [tile for _, tile in sorted(found, key=lambda pair: pair[0])]
    good = [ordered[round(share * (len(ordered) - 1))] for share in _GOOD_SHARES]
    return [good, ordered[: -_NUM_TILES - 1 : -1]]


def false_alarms(model: str, people: CocoReader) -> list[Tile]:
    """Return what a model, with the detector, takes for hands and is none."""
    estimator = HandPoseEstimator(model, min_score=_LEAST_SCORE)
    alarms = []
    for path, boxes in labelled_boxes(people).items():
        image = read_image(path)
        for pose in estimator.predict(image):
            box = tight_box(pose.keypoints)
            if not touches(box, boxes):
                drawn = cut(draw_keypoints(image, pose.keypoints, pose.scores), box)
                alarms.append((pose.score, Tile(drawn, f"score {pose.score:.2f}")))
    return best(alarms)


def detector_rows(people: CocoReader) -> list[list[Tile]]:
    """Return pictures with all hands found, with most missed, and with false alarms."""
    detector = HandDetector(DETECTOR, levels=2)
    good, missed, alarms = [], [], []
    records = group_by_picture(people.records())
    everywhere = labelled_boxes(people)
    for picture in records:
        path = picture.records[0].image_path
        image = read_image(path)
        hands = detector.detect(image)
        found = np.array([hand.box for hand in hands]).reshape(-1, 4)
        labels = np.array([record.box for record in picture.records])
        hit = [any(box_overlaps(label, found) >= 0.3) for label in labels]
        wrong = [hand for hand in hands if not touches(hand.box, everywhere[path])]
        drawn = draw_boxes(draw_boxes(image, labels, _LABEL_COLOR), found, _FOUND_COLOR)
        words = f"{sum(hit)} of {len(hit)} hands"
        if all(hit) and not wrong:
            good.append((len(hit), Tile(drawn, words)))
        elif not all(hit):
            missed.append((len(hit) - sum(hit), Tile(drawn, words)))
        if wrong:
            alarm = max(wrong, key=lambda hand: hand.score)
            marked = draw_boxes(drawn, alarm.box[None], _ALARM_COLOR)
            alarms.append((alarm.score, Tile(marked, f"none: score {alarm.score:.2f}")))
    return [best(good), best(missed), best(alarms)]


def labelled_boxes(people: CocoReader) -> dict[str, FloatArray]:
    """Return where hands are in each picture, also those that are all but hidden."""
    hidden = people.crowds()
    return {
        picture.records[0].image_path: np.array(
            [
                *(record.box for record in picture.records),
                *hidden.get(picture.records[0].image_path, ()),
            ]
        )
        for picture in group_by_picture(people.records())
    }


def touches(box: FloatArray, boxes: FloatArray) -> bool:
    """Tell whether a box overlaps any of others."""
    return bool((box_overlaps(box, boxes) > 0).any())


def best(scored: Sequence[tuple[float, Tile]]) -> list[Tile]:
    """Return the tiles of the highest numbers."""
    return [tile for _, tile in sorted(scored, key=lambda x: -x[0])[:_NUM_TILES]]


def cut(image: Image, box: FloatArray) -> Image:
    """Return a square around a box; what lies outside the picture is grey."""
    side = max(round(_SHOWN * float(max(box[2:]))), 8)
    center = box[:2] + box[2:] / 2
    matrix = np.array([[1, 0, side / 2 - center[0]], [0, 1, side / 2 - center[1]]])
    return cv2.warpAffine(image, matrix, (side, side), borderValue=(90, 90, 90))


def write_rows(model: str, rows: Sequence[Sequence[Tile]]) -> None:
    """Write a picture for each row, as `zoo_MODEL_good.jpg` and so on."""
    for name, row in zip(("good", "bad", "none"), rows, strict=True):
        path = FOLDER / f"zoo_{model}_{name}.jpg"
        if not row:
            path.unlink(missing_ok=True)
            continue
        images, captions = zip(*row, strict=True)
        write_image(path, contact_sheet(images, captions, _COLUMNS, _TILE))


if __name__ == "__main__":
    main()
