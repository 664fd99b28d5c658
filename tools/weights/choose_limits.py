"""Choose from which score on a find is a hand, on held-out photos of people.

    python tools/weights/choose_limits.py MODEL.keras --people data/people [--write]

Looks at the held-out graded photos (the split of `prepare_people.py`) and at the
held-out photos without people; prints which scores give how many false alarms a photo,
and which share of the graded hands is then found. A find on a place of an unclear grade
counts neither way, nor one on a place of `held_out_places.json`: hands that the graded
list lacks and a later network found, as a viewer of its false alarms saw them. What is
in no list counts as a false alarm.
`--write` puts into the model's file the score that keeps to `--alarms` at the last of
`--levels` in 95 of 100 resamples of the photos.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from prepare_people import is_held_out, read_places
from tqdm import tqdm

from handypose_tf.evaluation.detection import (
    MatchedPhoto,
    match_photo,
    recall_at,
    recall_estimate,
)
from handypose_tf.evaluation.finding import LabelledPhoto, as_finds, compare_finds
from handypose_tf.geometry import box_overlaps
from handypose_tf.inference import HandDetector, HandPoseEstimator
from handypose_tf.models import load_model, save_model

#: False alarms a photo that are told.
ALARMS = (0.02, 0.05, 0.1, 0.2, 0.5)

#: Share of resamples of the photos in which the limit keeps to its false alarms, and
#: how many there are.
SURENESS, RESAMPLES = 0.95, 1000

#: Places that the graded list lacks, by the photo's file.
FURTHER = Path(__file__).with_name("held_out_places.json")

#: A detector's threshold keeps this share of the graded hands: what is none, the pose
#: network tells, and what that costs is time.
KEPT_HANDS = 0.9

#: Hands whose longer side is shorter, in pixels, count neither way.
MIN_SIZE = 32

#: A find is on a graded place if they overlap so much: graded boxes are rough.
MIN_OVERLAP = 0.2

#: What scores less is not looked at; a followed hand needs this share of the score.
LOWEST, KEEP_SHARE = 0.05, 0.6


def held_out_photos(people: Path) -> list[LabelledPhoto]:
    """Return the photos that tell right from wrong."""
    photos, graded = [], set()
    further = json.loads(FURTHER.read_text())
    for name, group, places in read_places(people):
        graded.add(name)
        if is_held_out(group):
            hands = _boxes(p for p in places if p["grade"] == "hand")
            large = hands[:, 2:].max(axis=1, initial=0) >= MIN_SIZE
            unclear = [p for p in places if p["grade"] == "unclear"]
            unclear += [p for p in further if p["file"] == name]
            ignored = np.concatenate([hands[~large], _boxes(unclear)])
            photos.append(LabelledPhoto(hands[large], ignored, str(people / name)))
    with open(people / "manifest.csv", newline="") as file:
        for row in csv.DictReader(file):
            empty = row["kind"] == "negative" and row["file"] not in graded
            if empty and is_held_out(row["group"]):
                none = np.zeros((0, 4))
                photos.append(LabelledPhoto(none, none, str(people / row["file"])))
    return photos


def _boxes(places: Iterable[dict[str, Any]]) -> np.ndarray:
    boxes = [place["box"] for place in places]
    return np.reshape(np.asarray(boxes, np.float32), (-1, 4))


def find_limit(
    path: str | Path, people: Path, levels: int, alarms: float
) -> tuple[float, dict[str, Any]]:
    """Return which score of a find keeps to so many false alarms, and all figures.

    It does in `SURENESS` of the resamples of the photos: the score itself, where one
    false alarm more or less moves it far. From there it goes up to the next hand, which
    costs none.
    """
    photos = held_out_photos(people)
    estimator = HandPoseEstimator(path, levels=levels, min_score=LOWEST)
    matched = []
    for photo in tqdm(photos, disable=None):
        finds = compare_finds(photo, as_finds(estimator.predict(photo.path)))
        matched.append(match_photo(finds, MIN_OVERLAP))
    hands = sum(photo.num_hands for photo in matched)
    print(f"{levels} levels, {len(matched)} photos, {hands} hands")
    figures: dict[str, Any] = {"num_photos": len(matched), "num_hands": hands}
    for share in ALARMS:
        found, score = recall_estimate(matched, share), recall_at(matched, share)[1]
        figures[f"found@{share:g}"] = {**found.to_dict(), "score": score}
        print(
            f"  {share:.2f} false alarms: {100 * found.value:.0f} % "
            f"[{100 * found.low:.0f}, {100 * found.high:.0f}] found, score {score:.3f}"
        )
    limit = next_hand(matched, sure_limit(matched, alarms))
    found, alarms = count_at(matched, limit)
    figures["limit"] = {"score": limit, "found": found, "false_alarms": alarms}
    print(f"  score {limit:.3f}: {100 * found:.0f} % found, {alarms:.3f} false alarms")
    return limit, figures


def sure_limit(photos: list[MatchedPhoto], alarms: float) -> float:
    """Return the score that keeps to so many false alarms in most resamples."""
    rng = np.random.default_rng(0)
    even = np.full(len(photos), 1 / len(photos))
    weights = rng.multinomial(len(photos), even, RESAMPLES)
    limits = [recall_at(photos, alarms, each)[1] for each in weights]
    return float(np.quantile(limits, SURENESS, method="higher"))


def next_hand(photos: list[MatchedPhoto], score: float) -> float:
    """Return the greatest score, in thousandths, that finds as many hands."""
    hits = np.concatenate([photo.scores[photo.is_hit] for photo in photos])
    above = hits[hits >= score]
    if not above.size:
        return score
    return max(score, math.floor(1000 * float(above.min())) / 1000)


def count_at(photos: list[MatchedPhoto], score: float) -> tuple[float, float]:
    """Return recall and false alarms a photo from a score on."""
    hits = sum(int(p.is_hit[p.scores >= score].sum()) for p in photos)
    finds = sum(int((p.scores >= score).sum()) for p in photos)
    hands = sum(photo.num_hands for photo in photos)
    return hits / hands, (finds - hits) / len(photos)


def find_detection_limit(path: Path, people: Path, levels: int) -> float:
    """Return the greatest score of a detector that keeps `KEPT_HANDS` of the hands."""
    detector = HandDetector(path, levels=levels, min_score=LOWEST)
    best = []
    for photo in tqdm(held_out_photos(people), disable=None):
        found = detector.detect(photo.read())
        scores = np.array([0.0, *(hand.score for hand in found)])
        boxes = np.reshape([hand.box for hand in found], (-1, 4))
        for box in photo.truth:
            on = np.append(True, box_overlaps(box, boxes) >= MIN_OVERLAP)
            best.append(scores[on].max())
    return float(np.quantile(best, 1 - KEPT_HANDS, method="lower"))


def write_limits(path: str | Path, score: float) -> None:
    """Put what a find and what a followed hand needs into a `.keras` file."""
    model = load_model(path)
    model.describe(min_score=round(score, 3), keep_score=round(KEEP_SHARE * score, 3))
    save_model(model, path, half=True)


def main() -> None:
    """Print the table, and write the limits if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--alarms", type=float, default=0.1, choices=ALARMS)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    for levels in args.levels:
        score, _ = find_limit(args.model, args.people, levels, args.alarms)
    if args.write:
        write_limits(args.model, score)


if __name__ == "__main__":
    main()
