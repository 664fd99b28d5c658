"""The tracked loop beside MediaPipe Hands, on the same frames in the same run.

A rendered hand with true keypoints, at rest and moving, 640 x 480 (`moving_hand.py`);
each contender in a process of its own, on the given number of cores, in turns. Frames
a second are those of the moving clip, each frame's time the median of the rounds:
finding, cropping, keypoints and smoothing, without reading and drawing. PCK is at .2 of
the tight box, a frame without a hand is a miss. Jitter and lag as `smoothing.py` has
them.

  python benchmarks/tracking.py --clips FOLDER --models handypose_lite0
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mediapipe_environment import SCRIPT, mediapipe_python
from numpy.typing import NDArray
from steadiness import jitter, lag, pck
from tqdm import tqdm

from handypose_tf.files.tables import format_table
from handypose_tf.inference.estimator import DEFAULT_MODEL

HERE = Path(__file__).resolve().parent
FPS = 30.0
HEADER = (
    *("pipeline", "frames/s", "peak MB", "PCK@.2 moving", "PCK@.2 at rest"),
    *("jitter at rest", "lag ms", "frames without a hand"),
)


@dataclass(frozen=True)
class Contender:
    """A pipeline.

    Attributes:
        name: Of its row.
        command: Runs it; the clip and the file of results are put behind.
    """

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a pipeline found in a clip, and the seconds of each frame."""

    keypoints: NDArray
    seconds: NDArray
    peak_memory: float


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--models", default=DEFAULT_MODEL, help="with commas between")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mediapipe-environment", type=Path)
    arguments = parser.parse_args(argv)
    pipelines = contenders(arguments)  # what is missing is told before the rendering
    make = [sys.executable, str(HERE / "moving_hand.py"), str(arguments.clips)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    outcomes = run_all(pipelines, arguments.clips, arguments.rounds, arguments.threads)
    print(
        format_table(
            HEADER,
            [row(pipeline, outcomes, arguments.clips) for pipeline in pipelines],
        )
    )


def contenders(arguments: argparse.Namespace) -> list[Contender]:
    python = str(mediapipe_python(arguments.mediapipe_environment))
    ours = (sys.executable, str(HERE / "track_clip.py"))
    threads = ("--threads", str(arguments.threads))
    found = []
    for model in arguments.models.split(","):
        run = (*ours, "--model", model, *threads)
        found.append(Contender(f"{model}", run))
        found.append(Contender(f"{model}, not smoothed", (*run, "--no-smooth")))
        found.append(Contender(f"{model}, not turned", (*run, "--no-turn")))
    for name, complexity in (("full", "1"), ("lite", "0")):
        run = (python, str(SCRIPT), "video", "--complexity", complexity)
        found.append(Contender(f"MediaPipe Hands {name}", run))
    return found


def run_all(
    pipelines: Sequence[Contender], clips: Path, rounds: int, num_cores: int
) -> dict[tuple[str, str], Outcome]:
    """Run every pipeline on every clip, in turns; return outcomes by name and clip."""
    runs: dict[tuple[str, str], list[Outcome]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in tqdm(range(rounds), desc="rounds"):
            for clip in ("still", "moving"):
                for pipeline in pipelines:
                    out = Path(folder) / "out.npz"
                    files = (str(clips / f"{clip}.avi"), str(out))
                    outcome = _run((*pipeline.command, *files), out, num_cores)
                    runs.setdefault((pipeline.name, clip), []).append(outcome)
    return {key: _joined(outcomes) for key, outcomes in runs.items()}


def _run(command: Sequence[str], out: Path, num_cores: int) -> Outcome:
    cores = sorted(os.sched_getaffinity(0))[:num_cores]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    with np.load(out) as found:
        return Outcome(
            found["keypoints"], found["seconds"], float(found["peak_memory"])
        )


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        outcomes[0].keypoints,
        np.median([outcome.seconds for outcome in outcomes], axis=0),
        max(outcome.peak_memory for outcome in outcomes),
    )


def row(
    pipeline: Contender, outcomes: dict[tuple[str, str], Outcome], clips: Path
) -> list[str]:
    still, moving = (outcomes[pipeline.name, clip] for clip in ("still", "moving"))
    rest, motion = (
        np.load(clips / f"{clip}.npz")["keypoints"] for clip in ("still", "moving")
    )
    lost = np.isnan(moving.keypoints).any(axis=(1, 2)).sum()
    return [
        pipeline.name,
        f"{1 / moving.seconds.mean():.0f}",
        f"{max(still.peak_memory, moving.peak_memory):.0f}",
        f"{pck(moving.keypoints, motion):.3f}",
        f"{pck(still.keypoints, rest):.3f}",
        f"{jitter(still.keypoints, rest, FPS):.2f}",
        f"{lag(moving.keypoints, motion, FPS):.0f}",
        f"{lost} of {len(motion)}",
    ]


if __name__ == "__main__":
    main()
