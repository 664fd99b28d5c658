"""`.task` bundles beside MediaPipe's own, in the same client, on whole photos.

The client is `HandLandmarker` of the Python package in image mode, all its confidences
at one value; a bundle changes the networks and nothing around them.
`handypose_tf.evaluation.whole_photos` says what is found and what is right; hands that
are not found count as wrong.

  python benchmarks/bundles.py coco:DATA/annotations.json hand.task --json out.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mediapipe_environment import mediapipe_python
from whole_photos import Found, read_hands, tell

from handypose_tf.evaluation.whole_photos import measure_whole_photos
from handypose_tf.export.task_bundle import (
    DETECTOR,
    LANDMARKS,
    palm_detector,
    zip_stored,
)
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES

CLIENT = Path(__file__).resolve().with_name("mediapipe_landmarker.py")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table and write it, if asked."""
    arguments = _parse(argv)
    measured, everything, photos = read_hands(arguments)
    python = mediapipe_python(arguments.mediapipe_environment)
    scores = {}
    with tempfile.TemporaryDirectory() as folder:
        bundles = [*arguments.bundles]
        bundles += [own_bundle(name, Path(folder)) for name in arguments.mediapipe]
        for bundle in bundles:
            for confidence in arguments.confidence:
                found = find_hands(python, bundle, photos, confidence)
                name = f"{bundle.name}, confidence {confidence:g}"
                scores[name] = measure_whole_photos(found, measured, everything)
    tell(scores, arguments.json)


def own_bundle(variant: str, folder: Path) -> Path:
    """Write MediaPipe's own two networks as a bundle."""
    landmarks = MEDIAPIPE_FILES.fetch() / f"hand_landmark_{variant}.tflite"
    parts = {DETECTOR: palm_detector(f"palm_{variant}")}
    parts[LANDMARKS] = landmarks.read_bytes()
    path = folder / f"mediapipe_{variant}.task"
    path.write_bytes(zip_stored(parts))
    return path


def find_hands(
    python: Path, bundle: Path, photos: Sequence[str], confidence: float
) -> Found:
    """Run a bundle in MediaPipe's client."""
    with tempfile.TemporaryDirectory() as folder:
        job, out = Path(folder) / "job.json", Path(folder) / "out.json"
        facts = {"bundle": str(bundle), "mode": "image", "num_hands": 10}
        facts |= {"confidence": confidence, "pictures": [*photos]}
        job.write_text(json.dumps(facts))
        command = [str(python), str(CLIENT), str(job), str(out)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{bundle}: {result.stderr[-2000:]}")
        seen = json.loads(out.read_text())
    return {
        photo: [np.array(hand["keypoints"]) for hand in hands]
        for photo, hands in zip(photos, seen, strict=True)
    }


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="FORMAT:PATH[:SPLIT] with boxes and keypoints")
    parser.add_argument("bundles", nargs="*", type=Path, help="`.task` files")
    parser.add_argument(
        "--mediapipe", nargs="*", choices=("full", "lite"), default=["full", "lite"]
    )
    parser.add_argument("--confidence", type=float, nargs="+", default=[0.1, 0.5])
    parser.add_argument("--mediapipe-environment", type=Path)
    parser.add_argument("--min-size", type=float, default=48)
    parser.add_argument("--min-points", type=int, default=10)
    parser.add_argument("--json", type=Path)
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
