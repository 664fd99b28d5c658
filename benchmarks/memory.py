"""Hold the memory of a long run to its target: 2,000 steps take no more than 200.

Trains `lite0` at 64 px by `handypose_tf.training.train`, with epochs of 100 steps so
that what an epoch leaves behind is seen twenty times, and reads the resident set after
every epoch. Linux alone:

  python benchmarks/memory.py

`soak.py` looks at an hour of video.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from made_photos import write_nsrm
from results import Row, write_rows

from handypose_tf.data.augment.strengths import STANDARD
from handypose_tf.training import build_config, train

STEPS = 100
BATCH_SIZE = 4
FIRST, LAST = 2, 20
MOST = 0.05


def main() -> int:
    """Train, print and write the memory; tell whether it grew too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=LAST, help="of 100 steps")
    epochs = parser.parse_args().epochs
    rows: list[Row] = []

    def keep(figures: dict[str, float]) -> None:
        steps = STEPS * figures["epoch"]
        rows.append({"name": "train", "steps": steps, "resident_mib": resident_mib()})

    with tempfile.TemporaryDirectory() as scratch:
        write_nsrm(Path(scratch) / "hands")
        train(build_config(_settings(Path(scratch), epochs)), report=keep)
    before, after = rows[min(FIRST, epochs) - 1], rows[-1]
    growth = float(after["resident_mib"]) / float(before["resident_mib"]) - 1
    for row in (before, after):
        print(f"after {row['steps']:.0f} steps {row['resident_mib']:.0f} MiB")
    path = write_rows("memory", rows)
    print(f"growth {growth:+.1%}, at most {MOST:.0%}; wrote {path}")
    return int(growth > MOST)


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
