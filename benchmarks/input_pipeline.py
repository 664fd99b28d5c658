"""Hold the input pipeline to its targets: images a second on one core, alternating.

Two groups, in one run: 368 px inputs as the released loader makes them, against its
work in OpenCV and numpy loops; and full augmentation, against albumentations with
keypoints. Each loader is a process on the same core; they take turns. Ratios are of CPU
time, which other jobs disturb least; the wall time is written too.

albumentations wants an environment of its own:

  python3 -m venv /tmp/albumentations
  /tmp/albumentations/bin/pip install albumentations==2.0.8
  python benchmarks/input_pipeline.py --albumentations /tmp/albumentations/bin/python
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from made_photos import write_nsrm
from results import Target, report

LOADERS = Path(__file__).resolve().parent / "loaders"

OURS, LOOPS = "handypose_tf", "OpenCV and numpy loops"
OURS_AUGMENTED, ALBUMENTATIONS = "handypose_tf, augmented", "albumentations"


class Loader(NamedTuple):
    """A loader to be measured.

    Attributes:
        name: What it is called in the results.
        python: Its interpreter.
        words: Its script and further arguments.
    """

    name: str
    python: str
    words: tuple[str, ...]


class Process:
    """A loader that runs on one core when it is asked.

    Args:
        loader: Which.
        folder: Pictures in the NSRM layout.
        core: Number of the core.
    """

    def __init__(self, loader: Loader, folder: Path, core: int) -> None:
        script, *words = loader.words
        self.name = loader.name
        self._process = subprocess.Popen(
            [loader.python, str(LOADERS / script), str(folder), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"},
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        self._read()

    def load(self, count: int) -> dict[str, float]:
        """Load images; returns their number, the seconds and the CPU seconds."""
        assert self._process.stdin
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _read(self) -> dict[str, float]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name}: ended early; see its message above")
        return json.loads(line)


def main() -> int:
    arguments = _parse()
    loaders = [
        Loader(OURS, sys.executable, ("handypose.py", "plain")),
        Loader(LOOPS, sys.executable, ("numpy_loops.py",)),
    ]
    targets = [Target(OURS, LOOPS, 1.5)]
    if arguments.albumentations:
        words = ("albumentations_loader.py",)
        loaders += [
            Loader(OURS_AUGMENTED, sys.executable, ("handypose.py", "augmented")),
            Loader(ALBUMENTATIONS, arguments.albumentations, words),
        ]
        targets.append(Target(OURS_AUGMENTED, ALBUMENTATIONS, 1.0))
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_nsrm(Path(scratch) / "hands")
        rows = measure(loaders, folder, arguments)
    return report("input-pipeline", rows, targets, "images_per_cpu_second")


def measure(
    loaders: list[Loader], folder: Path, arguments: argparse.Namespace
) -> list[dict[str, float | str]]:
    """Return a row for every loader and round."""
    processes = [Process(loader, folder, arguments.core) for loader in loaders]
    rows: list[dict[str, float | str]] = []
    try:
        for turn in range(arguments.rounds):
            for process in np.roll(np.array(processes, object), -turn):
                spent = process.load(arguments.images)
                row = {"name": process.name, "round": turn, **spent}
                row["images_per_second"] = spent["images"] / spent["seconds"]
                row["images_per_cpu_second"] = spent["images"] / spent["cpu_seconds"]
                rows.append(row)
    finally:
        for process in processes:
            process.close()
    return rows


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--albumentations", metavar="PYTHON", help="interpreter that has albumentations"
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--images", type=int, default=320, help="of each round")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
