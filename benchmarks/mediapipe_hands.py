"""MediaPipe Hands' whole pipeline on a video or on photos.

Runs in an environment of its own (mediapipe 0.10.21, Python <= 3.12, numpy < 2), which
cannot hold this library; `mediapipe_environment.py` makes it.

  python mediapipe_hands.py video CLIP OUT.npz --complexity 1
  python mediapipe_hands.py photos LIST.txt OUT.json --confidence 0.5
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np


def main() -> None:
    """Run on what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("video", "photos"))
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--complexity", type=int, choices=(0, 1), default=1)
    parser.add_argument("--confidence", type=float, default=0.5)
    parser.add_argument("--max-hands", type=int, default=1)
    arguments = parser.parse_args()
    hands = mp.solutions.hands.Hands(
        static_image_mode=arguments.kind == "photos",
        max_num_hands=arguments.max_hands,
        model_complexity=arguments.complexity,
        min_detection_confidence=arguments.confidence,
    )
    with hands:
        run = {"video": run_video, "photos": run_photos}[arguments.kind]
        run(hands, arguments)


def run_video(hands: Any, arguments: argparse.Namespace) -> None:
    """Write keypoints (num_frames, 21, 2), NaN for no hand, and seconds a frame."""
    capture = cv2.VideoCapture(str(arguments.source))
    points, seconds = [], []
    while True:
        is_read, bgr = capture.read()
        if not is_read:
            break
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        start = time.perf_counter()
        found = predict(hands, rgb)
        seconds.append(time.perf_counter() - start)
        points.append(found[0]["keypoints"] if found else np.full((21, 2), np.nan))
    np.savez(
        arguments.out,
        keypoints=np.array(points),
        seconds=seconds,
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def run_photos(hands: Any, arguments: argparse.Namespace) -> None:
    """Write a list of hands for each photo of a list."""
    results = []
    for line in arguments.source.read_text().splitlines():
        rgb = cv2.cvtColor(cv2.imread(line), cv2.COLOR_BGR2RGB)
        found = predict(hands, rgb)
        for hand in found:
            hand["keypoints"] = hand["keypoints"].tolist()
        results.append({"image": line, "hands": found})
    arguments.out.write_text(json.dumps(results))


def predict(hands: Any, rgb: np.ndarray) -> list[dict[str, Any]]:
    """Return the hands of a picture, in pixels, in the order that MediaPipe gives."""
    result = hands.process(rgb)
    height, width = rgb.shape[:2]
    found = []
    landmarks = result.multi_hand_landmarks or []
    for hand, side in zip(landmarks, result.multi_handedness or [], strict=True):
        points = np.array([[p.x * width, p.y * height] for p in hand.landmark]) - 0.5
        found.append({"keypoints": points, "score": side.classification[0].score})
    return found


if __name__ == "__main__":
    main()
