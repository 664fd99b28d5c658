"""This library's tracker on a video, one hand: what `tracking.py` compares.

python track_clip.py CLIP OUT.npz --model handypose_lite0 --threads 2
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.inference import HandPoseEstimator, HandTracker, OneEuro
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.inference.video.frames import VideoFile


def main() -> None:
    """Write keypoints (num_frames, 21, 2), NaN for no hand, and seconds a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-smooth", action="store_true")
    parser.add_argument("--no-turn", action="store_true")
    arguments = parser.parse_args()
    with quiet_native_log():
        estimator = HandPoseEstimator(
            arguments.model, arguments.threads, levels=1, turn=not arguments.no_turn
        )
    smoothing = None if arguments.no_smooth else OneEuro()
    tracker = HandTracker(estimator, max_hands=1, smoothing=smoothing)
    points, seconds = [], []
    for frame in VideoFile(arguments.clip):
        start = time.perf_counter()
        hands = tracker.update(frame.image, frame.seconds)
        seconds.append(time.perf_counter() - start)
        points.append(hands[0].keypoints if hands else np.full((21, 2), np.nan))
    np.savez(
        arguments.out,
        keypoints=np.array(points),
        seconds=seconds,
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


if __name__ == "__main__":
    main()
