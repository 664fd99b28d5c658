"""What One-Euro smoothing gains at rest and costs in motion.

Follows the rendered hand of `moving_hand.py` without smoothing, then smooths the
keypoints with several parameters. Jitter is the mean acceleration of the error at rest,
lag the shift in time that fits the moving hand best; both in units that do not depend
on resolution.

  python benchmarks/smoothing.py --clips FOLDER
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from steadiness import hand_sizes, jitter, lag, mean_error

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.files.tables import format_table
from handypose_tf.inference import HandPoseEstimator, HandTracker, OneEuro
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.inference.video.frames import VideoFile
from handypose_tf.inference.video.one_euro import OneEuroFilter
from handypose_tf.inference.video.tracked_frames import track

HERE = Path(__file__).resolve().parent

SETTINGS = (
    *(OneEuro(cutoff, 0.0) for cutoff in (1.0,)),
    *(OneEuro(cutoff, beta) for cutoff in (0.5, 1.0, 2.0) for beta in (2.0, 4.0, 8.0)),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args(argv)
    make = [sys.executable, str(HERE / "moving_hand.py"), str(arguments.clips)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model, arguments.threads, levels=1)
    still, moving = (Clip(arguments.clips / name, estimator) for name in CLIPS)
    rows = [row("none", still, moving, None)]
    rows += [row(describe(own), still, moving, own) for own in SETTINGS]
    print(format_table(HEADER, rows))


CLIPS = ("still.avi", "moving.avi")
HEADER = ("smoothing", "jitter at rest", "in motion", "lag ms", "error in motion")


class Clip:
    """A clip's true keypoints and those that were found, unsmoothed.

    Args:
        path: Of the video; its truth lies beside it.
        estimator: Finds the hand.
    """

    def __init__(self, path: Path, estimator: HandPoseEstimator) -> None:
        source = VideoFile(path)
        self.fps = source.fps
        self.truth = np.load(path.with_suffix(".npz"))["keypoints"]
        tracker = HandTracker(estimator, max_hands=1, smoothing=None)
        hands = [tracked.hands for tracked in track(source, tracker)]
        none = np.full(self.truth.shape[1:], np.nan)
        self.found = np.stack([h[0].keypoints if h else none for h in hands])

    def smoothed(self, parameters: OneEuro | None) -> NDArray:
        """Return the keypoints as the tracker would, anew after each lost frame."""
        if parameters is None:
            return self.found
        smooth, result = None, np.full_like(self.found, np.nan)
        sizes = hand_sizes(np.nan_to_num(self.found))
        for i, points in enumerate(self.found):
            if np.isnan(points).any():
                smooth = None
                continue
            smooth = smooth or OneEuroFilter(parameters)
            result[i] = smooth(points, float(sizes[i]), i / self.fps)
        return result


def describe(parameters: OneEuro) -> str:
    return f"{parameters.min_cutoff:g} Hz, beta {parameters.beta:g}"


def row(name: str, still: Clip, moving: Clip, own: OneEuro | None) -> list[str]:
    rest, motion = still.smoothed(own), moving.smoothed(own)
    return [
        name,
        f"{jitter(rest, still.truth, still.fps):.2f}",
        f"{jitter(motion, moving.truth, moving.fps):.2f}",
        f"{lag(motion, moving.truth, moving.fps):.0f}",
        f"{mean_error(motion, moving.truth):.4f}",
    ]


if __name__ == "__main__":
    main()
