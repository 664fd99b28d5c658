"""Hold the memory of a long run to its target: 2,000 steps take no more than 200.

Trains `lite0` at 64 px by `handypose_tf.training.train`, with epochs of 100 steps so
that what an epoch leaves behind is seen twenty times, and reads the resident set after
every epoch. Linux alone:

  python benchmarks/memory.py
  python benchmarks/memory.py --clip clip.mp4   # and an hour of it, over and over:
                                                # no more than its first two minutes
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from pathlib import Path

from made_photos import write_nsrm
from results import Row, write_rows

from handypose_tf.data.augment.strengths import STANDARD
from handypose_tf.inference import HandTracker
from handypose_tf.inference.video.frames import VideoFile
from handypose_tf.training import build_config, train

STEPS = 100
BATCH_SIZE = 4
FIRST, LAST = 2, 20
MOST = 0.05

#: Frames of an hour, and of what its memory is held to.
HOUR, FIRST_FRAMES = 60 * 60 * 30, 2 * 60 * 30


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=LAST, help="of 100 steps")
    parser.add_argument("--clip", type=Path, help="follow the hands of an hour of it")
    arguments = parser.parse_args()
    failed = train_for_long(arguments.epochs)
    if arguments.clip is not None:
        failed |= follow_for_an_hour(arguments.clip)
    return int(failed)


def train_for_long(epochs: int) -> bool:
    """Train, print and write the memory; tell whether it grew too much."""
    rows: list[Row] = []

    def keep(figures: dict[str, float]) -> None:
        steps = STEPS * figures["epoch"]
        rows.append({"name": "train", "steps": steps, "resident_mib": resident_mib()})

    with tempfile.TemporaryDirectory() as scratch:
        write_nsrm(Path(scratch) / "hands")
        train(build_config(_settings(Path(scratch), epochs)), report=keep)
    return _report("memory", "steps", rows, rows[min(FIRST, epochs) - 1])


def follow_for_an_hour(clip: Path) -> bool:
    """Follow hands, print and write the memory; tell whether it grew too much."""
    tracker = HandTracker()
    rows: list[Row] = []
    frames = (frame for _ in itertools.count() for frame in VideoFile(clip))
    for number, frame in enumerate(itertools.islice(frames, HOUR), 1):
        tracker.update(frame.image, number / 30)
        if number % FIRST_FRAMES == 0:
            mib = resident_mib()
            rows.append({"name": "follow", "frames": number, "resident_mib": mib})
    return _report("memory_video", "frames", rows, rows[0])


def _report(name: str, unit: str, rows: list[Row], before: Row) -> bool:
    after, path = rows[-1], write_rows(name, rows)
    growth = float(after["resident_mib"]) / float(before["resident_mib"]) - 1
    for row in (before, after):
        print(f"after {row[unit]:.0f} {unit} {row['resident_mib']:.0f} MiB")
    print(f"growth {growth:+.1%}, at most {MOST:.0%}; wrote {path}")
    return growth > MOST


def resident_mib() -> float:
    """Return the resident set of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _settings(folder: Path, epochs: int) -> dict[str, object]:
    source = [{"source": f"nsrm:{folder / 'hands'}"}]
    small = {"filters": 8, "reduction": 4}
    return {
        "out": str(folder / "run"),
        "data": {
            "train": source,
            "validation": source,
            "samples_per_epoch": STEPS * BATCH_SIZE,
        },
        "model": {
            "preset": "handypose_lite0",
            "image_size": 64,
            "frozen": "level3",
            "overrides": {"waterfall": small, "decoder": small},
        },
        "augmentation": vars(STANDARD),
        "optimizer": {"kind": "adamw", "ema": 0.99},
        "schedule": {"kind": "constant"},
        "epochs": epochs,
        "batch_size": BATCH_SIZE,
    }


if __name__ == "__main__":
    raise SystemExit(main())
