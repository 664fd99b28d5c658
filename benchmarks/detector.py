"""Count the hands that detectors find in whole photos, all in one run.

Recall at one false alarm a photo, a hand being found where the boxes' intersection over
union is .5; hands of less than 48 px are neither hands nor false alarms. MediaPipe's
palm detector tells of palms only, so its hand's box is read off in three ways, each
with its own score, and the best is to be compared with: around the points of its
landmark model, ranked by the palm's score or by that and the landmarks' presence, and a
square of a share of the region that it looks at next. This library's detectors are
measured alone, and as `handypose predict` uses them: the box around the pose network's
points, ranked by both networks' scores.

  python benchmarks/detector.py savedmodels/handypose_detector_256_int8.tflite \
      --data coco:../shared/data/coco_hands_dev/annotations.json --out results
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.data import open_source
from handypose_tf.evaluation.detection import (
    PhotoDetections,
    match_photo,
    recall_at,
)
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    Finder,
    Finds,
    LabelledPhoto,
    as_finds,
    compare_finds,
    labelled_photos,
    measure_finding,
)
from handypose_tf.files.tables import format_table, write_csv
from handypose_tf.geometry import tight_box
from handypose_tf.images import Image, write_image
from handypose_tf.images.drawing import contact_sheet, draw_boxes
from handypose_tf.inference import HandDetector, HandPoseEstimator
from handypose_tf.labelling.mediapipe import MediaPipeHands

MIN_SIZE = 48

#: Side of a hand's square over that of MediaPipe's region, if that left as much around
#: a hand's tight box as this library's own crops do.
REGION_SHARE = 1 / 1.5

_COLUMNS, _TILE = 4, 400
_TRUTH, _SMALL, _FOUND = (60, 220, 60), (150, 150, 150), (255, 120, 40)


class Contender(NamedTuple):
    """A detector under a name: from a picture to boxes and scores."""

    name: str
    find: Finder


def our_detector(path: str, num_threads: int, levels: int) -> Contender:
    detector = open_detector(path, num_threads, levels)
    name = f"{Path(path).stem}, levels {levels}"
    return Contender(name, lambda image: as_finds(detector.detect(image)))


def our_points(path: str, num_threads: int, levels: int) -> Contender:
    """What `handypose predict` makes of the detector's finds, at any score."""
    detector = open_detector(path, num_threads, levels)
    estimator = HandPoseEstimator(
        num_threads=num_threads, detector=detector, min_score=0.0
    )
    name = f"{Path(path).stem}, levels {levels}, points"
    return Contender(name, lambda image: as_finds(estimator.find(image)))


def open_detector(path: str, num_threads: int, levels: int) -> HandDetector:
    return HandDetector(path, num_threads, levels=levels, min_score=LOWEST_SCORE)


def mediapipe_detectors(variant: str, num_threads: int) -> list[Contender]:
    hands = MediaPipeHands(variant=variant, num_threads=num_threads)

    def around_points(image: Image, by_presence: bool) -> Finds:
        boxes, scores = [], []
        for palm in hands.detect(image, min_score=LOWEST_SCORE):
            found = hands.landmarks_in(image, palm.region)
            boxes.append(tight_box(found.keypoints))
            scores.append(palm.score * (found.presence if by_presence else 1.0))
        return np.reshape(boxes, (-1, 4)), np.array(scores)

    def region_share(image: Image) -> Finds:
        palms = hands.detect(image, min_score=LOWEST_SCORE)
        sides = np.array([REGION_SHARE * palm.region.side for palm in palms])
        corners = [
            palm.region.center - side / 2
            for palm, side in zip(palms, sides, strict=True)
        ]
        boxes = np.column_stack([np.reshape(corners, (-1, 2)), sides, sides])
        return boxes, np.array([palm.score for palm in palms])

    name = f"MediaPipe palm {variant}"
    return [
        Contender(f"{name}, points", lambda image: around_points(image, False)),
        Contender(f"{name}, points x presence", lambda i: around_points(i, True)),
        Contender(f"{name}, region", region_share),
    ]


def run(
    contenders: Sequence[Contender], photos: Sequence[LabelledPhoto]
) -> tuple[list[list[PhotoDetections]], list[float]]:
    """Run all on every photo, one after the other; return also milliseconds."""
    found: list[list[PhotoDetections]] = [[] for _ in contenders]
    seconds: list[list[float]] = [[] for _ in contenders]
    for photo in tqdm(photos, unit=" photo", disable=None):
        image = photo.read()
        for i, contender in enumerate(contenders):
            begin = time.perf_counter()
            finds = contender.find(image)
            seconds[i].append(time.perf_counter() - begin)
            found[i].append(compare_finds(photo, finds))
    return found, [1000 * float(np.median(times)) for times in seconds]


def figures(
    name: str, found: Sequence[PhotoDetections], milliseconds: float
) -> dict[str, str]:
    result = measure_finding(found)
    row = {"detector": name}
    for alarms, recall in result.recalls.items():
        interval = f"[{100 * recall.low:.1f}, {100 * recall.high:.1f}]"
        row[f"recall@{alarms:g}"] = f"{100 * recall.value:.1f} {interval}"
    row["threshold@1"] = f"{result.thresholds[1.0]:.3f}"
    row["ms"] = f"{milliseconds:.1f}"
    return row


def draw(photo: LabelledPhoto, found: PhotoDetections, min_score: float) -> Image:
    """Draw labelled hands green (grey if small) and what was found orange."""
    image = draw_boxes(photo.read(), photo.truth, _TRUTH)
    image = draw_boxes(image, photo.ignored, _SMALL)
    return draw_boxes(image, found.boxes[found.scores >= min_score], _FOUND)


def write_sheet(
    path: Path, photos: Sequence[LabelledPhoto], found: Sequence[PhotoDetections]
) -> None:
    """Write a contact sheet, at the threshold of one false alarm a photo."""
    threshold = recall_at([match_photo(photo) for photo in found])[1]
    tiles = [draw(p, f, threshold) for p, f in zip(photos, found, strict=True)]
    captions = [Path(photo.path).name for photo in photos]
    write_image(path, contact_sheet(tiles, captions, _COLUMNS, _TILE))


def main() -> None:
    arguments = _parse()
    records = open_source(arguments.data, images=arguments.images).records()
    photos = labelled_photos(records, min_size=MIN_SIZE)
    num_hands = sum(len(photo.truth) for photo in photos)
    print(f"{len(photos)} photos, {num_hands} hands of {MIN_SIZE} px and more")
    with quiet_native_log():
        contenders = [
            make(model, arguments.threads, levels)
            for model in arguments.models
            for levels in arguments.levels
            for make in (our_detector, our_points)
        ]
        for variant in () if arguments.no_mediapipe else ("full", "lite"):
            contenders += mediapipe_detectors(variant, arguments.threads)
        found, milliseconds = run(contenders, photos)
    rows = [
        figures(contender.name, part, ms)
        for contender, part, ms in zip(contenders, found, milliseconds, strict=True)
    ]
    print(format_table([*rows[0]], [[*row.values()] for row in rows]))
    if arguments.out:
        write_csv(arguments.out / "detector.csv", rows)
    if arguments.sheets:
        for contender, part in zip(contenders, found, strict=True):
            name = contender.name.replace(" ", "_").replace(",", "")
            write_sheet(arguments.sheets / f"{name}.jpg", photos, part)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", help="detectors' .tflite files")
    parser.add_argument("--data", required=True, help="FORMAT:PATH[:SPLIT]")
    parser.add_argument("--images", help="folder of the photos")
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-mediapipe", action="store_true")
    parser.add_argument("--out", type=Path, help="folder of the table as CSV")
    parser.add_argument(
        "--sheets", type=Path, help="folder of contact sheets, outside the checkout"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
