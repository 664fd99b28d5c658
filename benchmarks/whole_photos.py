"""From whole photos to keypoints, beside MediaPipe's whole pipeline, in the same run.

Every pipeline finds the hands itself. A labelled hand is given the nearest hand found,
one to one, if the centres of the two tight boxes are less than the labelled box's
longer side apart. PCK is at .2 of the labelled tight box with all visible points
pooled; every point of a hand that is not found counts as wrong. Found hands that come
near no labelled hand, large or small, are counted as false alarms; photos hold
unlabelled hands, so some are none. Intervals are 95 %, by resampling hands.

  python benchmarks/whole_photos.py coco:DATA/annotations.json --json out.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mediapipe_environment import SCRIPT, mediapipe_python
from numpy.typing import NDArray
from tqdm import tqdm

from handypose_tf.cli.console import format_table, quiet_native_log
from handypose_tf.data.sample import Record
from handypose_tf.data.source import open_source
from handypose_tf.evaluation.bootstrap import Estimate, bootstrap
from handypose_tf.evaluation.evaluate import select_hands
from handypose_tf.files import write_json
from handypose_tf.geometry import box_center, box_overlaps, tight_box
from handypose_tf.images import read_image
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_MODEL

#: A hand found is a labelled one if their centres are nearer than this share of the
#: labelled box.
_NEAR = 1.0
_SHARE = 0.2
_SAME_OVERLAP = 0.5

#: Hands of a photo `(num_hands, 21, 2)` by the photo's path, the best first.
Found = dict[str, list[NDArray]]

HEADER = (
    *("pipeline", "PCK@.2, missed is wrong", "of those found", "found"),
    *("IoU .5", "false alarms a photo"),
)


@dataclass(frozen=True)
class Score:
    """What a pipeline reaches.

    Attributes:
        pck: Missed hands count as wrong.
        pck_found: Of the hands that were found.
        found: Share of the labelled hands.
        overlapping: Share of the labelled hands whose box overlaps by .5 or more.
        false_alarms: Hands a photo that are near no labelled one.
    """

    pck: Estimate
    pck_found: Estimate
    found: Estimate
    overlapping: Estimate
    false_alarms: float

    def row(self) -> list[str]:
        """Return the cells of the table."""
        parts = (self.pck, self.pck_found, self.found, self.overlapping)
        return [*map(_text, parts), f"{self.false_alarms:.2f}"]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table and write it, if asked."""
    arguments = _parse(argv)
    everything = list(open_source(arguments.data, on_error="skip").records())
    measured = select_hands(
        everything, min_size=arguments.min_size, min_points=arguments.min_points
    )
    photos = sorted({record.image_path for record in measured})
    scores = {
        name: measure(run(photos), measured, everything)
        for name, run in pipelines(arguments).items()
    }
    print(
        f"{len(measured)} hands of at least {arguments.min_size:g} px with at least "
        f"{arguments.min_points} points, in {len(photos)} photos"
    )
    print(format_table(HEADER, [[name, *s.row()] for name, s in scores.items()]))
    if arguments.json is not None:
        write_json(arguments.json, {name: _plain(s) for name, s in scores.items()})


def pipelines(
    arguments: argparse.Namespace,
) -> dict[str, Callable[[Sequence[str]], Found]]:
    """Return what to run, by name."""
    detector = None if arguments.detector == "none" else arguments.detector
    found: dict[str, Callable[[Sequence[str]], Found]] = {}
    for model in filter(None, arguments.models.split(",")):
        for name, options in (
            (model, {}),
            (f"{model}, 1 level", {"levels": 1}),
            (f"{model}, 2 levels", {"levels": 2}),
            (f"{model}, not turned", {"turn": False}),
            (f"{model}, not looked at again", {"refine": False}),
        ):
            found[name] = _ours(
                model, detector=detector, min_score=arguments.min_score, **options
            )
    if not arguments.no_mediapipe:
        python = mediapipe_python(arguments.mediapipe_environment)
        for confidence in arguments.mediapipe_confidence:
            name = f"MediaPipe Hands full, confidence {confidence:g}"
            found[name] = _mediapipe(python, confidence)
    return found


def measure(
    found: Found, measured: Sequence[Record], everything: Sequence[Record]
) -> Score:
    """Compare found hands with labelled ones.

    Args:
        found: Of the photos of the measured hands.
        measured: The labelled hands that count.
        everything: All labelled hands: what lies on one of them is no false alarm.
    """
    right, points, hits, overlaps = (np.zeros(len(measured)) for _ in range(4))
    false_alarms = 0
    for photo, hands in found.items():
        here = [i for i, record in enumerate(measured) if record.image_path == photo]
        pairs = match(hands, [measured[i] for i in here])
        for i, hand in zip(here, pairs, strict=True):
            seen = measured[i].visibility > 0
            points[i] = seen.sum()
            if hand is None:
                continue
            truth, box = measured[i].keypoints, _box(measured[i])
            distance = np.linalg.norm(hand - truth, axis=1)
            right[i] = (distance[seen] < _SHARE * box[2:].max()).sum()
            hits[i] = 1
            own = tight_box(hand, seen)
            overlaps[i] = box_overlaps(own, box[None])[0] >= _SAME_OVERLAP
        labelled = [r for r in everything if r.image_path == photo]
        taken = match(hands, labelled)
        false_alarms += len(hands) - sum(hand is not None for hand in taken)

    def figures(weights: NDArray) -> NDArray:
        with np.errstate(invalid="ignore"):
            parts = (
                (weights @ right) / (weights @ points),
                (weights @ right) / (weights @ (points * hits)),
                (weights @ hits) / weights.sum(axis=1),
                (weights @ overlaps) / weights.sum(axis=1),
            )
        return np.stack(parts, axis=-1)

    return Score(*bootstrap(figures, len(measured)), false_alarms / len(found))


def match(hands: Sequence[NDArray], records: Sequence[Record]) -> list[NDArray | None]:
    """Return the hand found of each labelled one, the nearest pairs first."""
    pairs = sorted(
        (_distance(hand, record), i, j)
        for i, hand in enumerate(hands)
        for j, record in enumerate(records)
    )
    result: list[NDArray | None] = [None] * len(records)
    used: set[int] = set()
    for distance, i, j in pairs:
        if distance < _NEAR and i not in used and result[j] is None:
            result[j] = hands[i]
            used.add(i)
    return result


def _distance(hand: NDArray, record: Record) -> float:
    box = _box(record)
    own = tight_box(hand, record.visibility)
    apart = np.linalg.norm(box_center(own) - box_center(box))
    return float(apart) / max(float(box[2:].max()), 1.0)


def _box(record: Record) -> NDArray:
    return tight_box(record.keypoints, record.visibility)


def _ours(model: str, **options: Any) -> Callable[[Sequence[str]], Found]:
    def run(photos: Sequence[str]) -> Found:
        with quiet_native_log():
            estimator = HandPoseEstimator(model, **options)
        found: Found = {}
        for photo in tqdm(photos, desc=model, leave=False):
            hands = estimator.predict(read_image(photo))
            found[photo] = [hand.keypoints for hand in hands]
        return found

    return run


def _mediapipe(python: Path, confidence: float) -> Callable[[Sequence[str]], Found]:
    def run(photos: Sequence[str]) -> Found:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "photos.txt", Path(folder) / "out.json"
            source.write_text("\n".join(photos))
            command = [python, SCRIPT, "photos", source, out, "--max-hands", "8"]
            command += ["--confidence", str(confidence)]
            subprocess.run(list(map(str, command)), check=True, capture_output=True)
            entries = json.loads(out.read_text())
        return {
            entry["image"]: [np.array(hand["keypoints"]) for hand in entry["hands"]]
            for entry in entries
        }

    return run


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="FORMAT:PATH[:SPLIT] with boxes and keypoints")
    parser.add_argument("--models", default=DEFAULT_MODEL, help="with commas between")
    parser.add_argument("--detector", default="auto", help="file, name, auto or none")
    parser.add_argument("--min-score", type=float)
    parser.add_argument("--min-size", type=float, default=48)
    parser.add_argument("--min-points", type=int, default=10)
    parser.add_argument("--no-mediapipe", action="store_true")
    parser.add_argument("--mediapipe-environment", type=Path)
    parser.add_argument(
        "--mediapipe-confidence", type=float, nargs="+", default=[0.5, 0.1]
    )
    parser.add_argument("--json", type=Path)
    return parser.parse_args(argv)


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _plain(score: Score) -> dict[str, Any]:
    return {
        name: value.to_dict() if isinstance(value, Estimate) else value
        for name, value in vars(score).items()
    }


if __name__ == "__main__":
    main()
