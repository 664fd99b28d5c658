"""From whole photos to keypoints, beside MediaPipe's whole pipeline, in the same run.

Every pipeline finds the hands itself; `handypose_tf.evaluation.whole_photos` says what
is found and what is right. Photos hold unlabelled hands, so some false alarms are none.

  python benchmarks/whole_photos.py coco:DATA/annotations.json --json out.json

`--curve FILE` draws how many hands are found, and how many of their points are right,
over the false alarms that this costs: a model's finds from many scores on, MediaPipe at
every confidence given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mediapipe_environment import SCRIPT, mediapipe_python
from numpy.typing import NDArray
from tqdm import tqdm

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.data.sample import Record
from handypose_tf.data.source import open_source
from handypose_tf.evaluation.bootstrap import Estimate
from handypose_tf.evaluation.evaluate import select_hands
from handypose_tf.evaluation.whole_photos import WholePhotoScore, measure_whole_photos
from handypose_tf.files import write_json
from handypose_tf.files.tables import format_table
from handypose_tf.images import read_image
from handypose_tf.images.figures import COLORS, figure_file
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_MODEL

#: Hands of a photo `(num_hands, 21, 2)` by the photo's path, the best first.
Found = dict[str, list[NDArray]]

PEER = "MediaPipe Hands full"

#: What the curve ends at.
MOST_ALARMS = 1.0

#: Scores from which on a model's finds are counted, for the curve.
CURVE_SCORES = (*np.arange(0.05, 0.95, 0.05), 0.96, 0.98, 0.99)

HEADER = (
    *("pipeline", "PCK@.2, missed is wrong", "of those found", "found"),
    *("IoU .5", "false alarms a photo"),
)


def row(score: WholePhotoScore) -> list[str]:
    """Return the cells of the table."""
    parts = (score.pck, score.pck_found, score.found, score.overlapping)
    return [*map(_text, parts), f"{score.false_alarms:.2f}"]


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table and write it, if asked."""
    arguments = _parse(argv)
    measured, everything, photos = read_hands(arguments)
    scores = {
        name: measure_whole_photos(run(photos), measured, everything)
        for name, run in pipelines(arguments).items()
    }
    tell(scores, arguments.json)
    if arguments.curve is not None:
        curves = {
            model: [
                measure_whole_photos(found, measured, everything)
                for found in _from_scores(model, arguments.detector, photos)
            ]
            for model in arguments.models.split(",")
        }
        peers = [score for name, score in scores.items() if name.startswith(PEER)]
        draw_curves(arguments.curve, curves | ({PEER: peers} if peers else {}))


def read_hands(
    arguments: argparse.Namespace,
) -> tuple[list[Record], list[Record], list[str]]:
    """Return the hands that count, all hands, and the photos; say how many they are."""
    everything = list(open_source(arguments.data, on_error="skip").records())
    measured = select_hands(
        everything, min_size=arguments.min_size, min_points=arguments.min_points
    )
    photos = sorted({record.image_path for record in measured})
    print(
        f"{len(measured)} hands of at least {arguments.min_size:g} px with at least "
        f"{arguments.min_points} points, in {len(photos)} photos"
    )
    return measured, everything, photos


def tell(scores: Mapping[str, WholePhotoScore], path: Path | None) -> None:
    """Print the table and write it, if asked."""
    print(format_table(HEADER, [[name, *row(s)] for name, s in scores.items()]))
    if path is not None:
        write_json(path, {name: score.to_dict() for name, score in scores.items()})


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
            name = f"{PEER}, confidence {confidence:g}"
            found[name] = _mediapipe(python, confidence)
    return found


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


def _from_scores(model: str, detector: str, photos: Sequence[str]) -> Iterator[Found]:
    """Give what a model finds from each of the curve's scores on."""
    with quiet_native_log():
        estimator = HandPoseEstimator(
            model, detector=detector, min_score=min(CURVE_SCORES)
        )
    bar = tqdm(photos, desc=f"{model}, all scores", leave=False)
    every = {photo: estimator.predict(read_image(photo)) for photo in bar}
    for least in CURVE_SCORES:
        yield {
            photo: [hand.keypoints for hand in hands if hand.score >= least]
            for photo, hands in every.items()
        }


def draw_curves(path: Path, curves: Mapping[str, Sequence[WholePhotoScore]]) -> None:
    """Draw hands found and points right over false alarms a photo."""
    with figure_file(path, (10, 4.2)) as figure:
        panels = figure.subplots(1, 2)
        texts = ("hands found", "pck_box@0.2, missed hands are wrong")
        for axes, text, part in zip(panels, texts, ("found", "pck"), strict=True):
            for (name, scores), color in zip(curves.items(), COLORS, strict=False):
                alarms = [score.false_alarms for score in scores]
                values = [100 * getattr(score, part).value for score in scores]
                axes.plot(alarms, values, "o-", ms=3.5, color=color, label=name)
            axes.set(xlabel="false alarms a photo", ylabel=f"{text}, %")
            axes.set(xlim=(0, MOST_ALARMS), ylim=(0, 100))
        panels[0].legend(loc="lower right")


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
    parser.add_argument("--curve", type=Path, help="picture: .png, .svg or .pdf")
    return parser.parse_args(argv)


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


if __name__ == "__main__":
    main()
