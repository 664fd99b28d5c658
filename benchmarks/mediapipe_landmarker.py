"""MediaPipe's HandLandmarker (Tasks API) with a bundle, on pictures or frames.

Runs in an environment of its own (mediapipe 0.10.21, Python <= 3.12, numpy < 2), which
cannot hold this library; `mediapipe_environment.py` makes it.

  python mediapipe_landmarker.py JOB.json OUT.json

The job: `bundle`, the file; `pictures`, files; `mode`, `image` or `video` (the pictures
are frames, 40 ms apart); `num_hands`; `confidence`, of finding a hand, of its presence
and of following it. The result: for each picture its hands, the best first, each with
`keypoints` in pixels counted from the centre of the first one, `side`, as MediaPipe
says it, and that word's `score`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

FRAME_MS = 40


def main(job_file: str, out: str) -> None:
    """Run a job."""
    job = json.loads(Path(job_file).read_text())
    is_video = job["mode"] == "video"
    confidence = job["confidence"]
    mode = vision.RunningMode.VIDEO if is_video else vision.RunningMode.IMAGE
    options = vision.HandLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=job["bundle"]),
        running_mode=mode,
        num_hands=job["num_hands"],
        min_hand_detection_confidence=confidence,
        min_hand_presence_confidence=confidence,
        min_tracking_confidence=confidence,
    )
    with vision.HandLandmarker.create_from_options(options) as landmarker:
        run = each_frame(landmarker) if is_video else landmarker.detect
        found = [hands_of(run, path) for path in job["pictures"]]
    Path(out).write_text(json.dumps(found))


def each_frame(landmarker: Any) -> Callable[[mp.Image], Any]:
    """Return what gives the hands of one frame after the other."""
    times = iter(range(0, sys.maxsize, FRAME_MS))
    return lambda image: landmarker.detect_for_video(image, next(times))


def hands_of(run: Callable[[mp.Image], Any], path: str) -> list[dict[str, Any]]:
    """Return the hands of a picture."""
    rgb = np.ascontiguousarray(cv2.imread(path)[..., ::-1])
    height, width = rgb.shape[:2]
    result = run(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb))
    return [
        {
            "keypoints": [[p.x * width - 0.5, p.y * height - 0.5] for p in points],
            "side": side[0].category_name,
            "score": side[0].score,
        }
        for points, side in zip(result.hand_landmarks, result.handedness, strict=True)
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
