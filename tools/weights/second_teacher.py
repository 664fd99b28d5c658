"""Measure how well a second teacher tells good keypoints of a first from bad ones.

    python tools/weights/second_teacher.py data/people --rows rows.json

Takes the hands of `graded.json` whose points, MediaPipe's, a viewer has graded: `good`,
`part` or `bad`. Each is looked at by the second teacher, as `handypose label` does, and
by the six looks of the first. Prints how well the difference of the
teachers, the disagreement of the looks, and their sum tell the good from the rest: the
area under the curve, and how many good ones stay and which share of what stays is good,
at limits of the difference, and as well at those limits of the disagreement that keep
as many good ones. Intervals are by photo. The held-out groups are those of
`prepare_people.py`: the shipped networks were trained on the others. `--rows` keeps
what was measured; where the file is there, it is read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from prepare_people import is_held_out, read_places
from tqdm import tqdm

from handypose_tf.evaluation.bootstrap import Estimate, bootstrap
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image, read_image
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.labelling.looks import look_around
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.labelling.second_teacher import look_again
from handypose_tf.labelling.teacher import hand_size

Row = dict[str, Any]

GRADES = ("good", "part", "bad")

#: Limits of the difference that are tried, and the disagreement up to which `label`
#: keeps a hand.
LIMITS = (0.05, 0.06, 0.08, 0.1, 0.12, 0.15)
MAX_DISAGREEMENT = 0.05

#: Limits of a single joint's difference that are tried.
JOINT_LIMITS = (0.1, 0.14, 0.2, 0.25, 0.3)


def measure(people: Path, model: str) -> list[Row]:
    """Return a row for each hand whose points are graded."""
    hands = MediaPipeHands()
    second = HandPoseEstimator(model, num_threads=1, detector=None, refine=True)
    rows: list[Row] = []
    for name, group, places in tqdm([*read_places(people)], disable=None):
        graded = [place for place in places if place.get("keypoints_grade") in GRADES]
        if not graded:
            continue
        image, held_out = read_image(people / name), is_held_out(group)
        for place in (place for place in graded if place["grade"] == "hand"):
            given = np.array(place["keypoints"], np.float32)
            facts = {"file": name, "held_out": held_out}
            facts["grade"] = place["keypoints_grade"]
            rows.append(facts | look_at(image, given, hands, second))
    return rows


def look_at(
    image: Image, given: FloatArray, hands: MediaPipeHands, second: HandPoseEstimator
) -> Row:
    """Return what both teachers say of a hand whose points are given."""
    [found] = look_again(second, image, [given])
    label = look_around(hands, image, given).label(None)
    size = hand_size(given)
    apart = np.linalg.norm(found - given, axis=1) / size
    return {
        "size": size,
        "apart": apart.round(4).tolist(),
        "spread": np.asarray(label.spread).round(4).tolist(),
    }


def tell(name: str, rows: list[Row]) -> None:
    """Print how well good hands are told from the others."""
    is_good = np.array([row["grade"] == "good" for row in rows])
    difference = np.array([np.mean(row["apart"]) for row in rows])
    disagreement = np.array([np.mean(row["spread"]) for row in rows])
    files = [row["file"] for row in rows]
    print(f"{name}: {len(rows)} hands, {is_good.sum()} good, {len({*files})} photos")
    scores = {
        "difference": difference,
        "disagreement": disagreement,
        "their sum": difference + disagreement,
    }
    for what, score in scores.items():
        [area] = by_photo(files, area_under_curve(score, is_good))
        print(f"  area under the curve, {what}: {in_words(area)}")
    steady = disagreement <= MAX_DISAGREEMENT
    print(f"  disagreement up to {MAX_DISAGREEMENT}: {kept(steady, is_good, files)}")
    for limit in LIMITS:
        agreed = steady & (difference <= limit)
        print(f"    and difference up to {limit}: {kept(agreed, is_good, files)}")
        as_many = np.sort(disagreement[is_good])[(agreed & is_good).sum() - 1]
        tighter = disagreement <= as_many
        print(f"    or disagreement {as_many:.4f}: {kept(tighter, is_good, files)}")
    for limit in JOINT_LIMITS:
        agreed = steady & (difference <= 0.1) & is_good
        apart = np.array([row["apart"] for row in rows])[agreed]
        print(f"  joints of good hands further apart than {limit}: ", end="")
        print(f"{100 * (apart > limit).mean():.2f} %")


def kept(is_kept: np.ndarray, is_good: np.ndarray, files: list[str]) -> str:
    """Return which share of the good hands is kept, and of the kept ones is good."""

    def shares(weights: FloatArray) -> FloatArray:
        both = weights @ (is_kept & is_good)
        return np.stack([both / (weights @ is_good), both / (weights @ is_kept)], 1)

    recall, precision = by_photo(files, shares)
    return f"keeps {in_words(recall)} of the good, {in_words(precision)} are good"


def area_under_curve(
    score: np.ndarray, is_good: np.ndarray
) -> Callable[[FloatArray], FloatArray]:
    """Return the chance that a good hand scores less than another, by weights."""
    good, rest = score[is_good][:, None], score[~is_good]
    wins = (good < rest) + 0.5 * (good == rest)

    def area(weights: FloatArray) -> FloatArray:
        of_good, of_rest = weights[:, is_good], weights[:, ~is_good]
        won = ((of_good @ wins) * of_rest).sum(1)
        return (won / (of_good.sum(1) * of_rest.sum(1)))[:, None]

    return area


def by_photo(
    files: list[str], statistic: Callable[[FloatArray], FloatArray]
) -> list[Estimate]:
    """Estimate by resampling photos, whose hands are right or wrong together."""
    names, photo = np.unique(files, return_inverse=True)
    return bootstrap(lambda weights: statistic(weights[:, photo]), len(names))


def in_words(share: Estimate) -> str:
    """Return percents with their interval."""
    low, high = 100 * share.low, 100 * share.high
    return f"{100 * share.value:.1f} % [{low:.1f}, {high:.1f}]"


def main() -> None:
    """Measure, and print the figures of all groups and of each side."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("people", type=Path)
    parser.add_argument("--second-teacher", default=DEFAULT_MODEL)
    parser.add_argument("--rows", type=Path, required=True)
    args = parser.parse_args()
    if not args.rows.exists():
        args.rows.write_text(json.dumps(measure(args.people, args.second_teacher)))
    rows = json.loads(args.rows.read_text())
    for name, sides in (("train", [0]), ("held out", [1]), ("all", [0, 1])):
        tell(name, [row for row in rows if row["held_out"] in sides])


if __name__ == "__main__":
    main()
