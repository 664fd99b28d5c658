"""Soak `handypose predict`: mixed pictures, broken ones among them, killed and resumed.

Every run is killed (SIGKILL) after some seconds and taken up by --resume until all is
done. Checked: each picture has one line, every line is whole, nothing else is left.
Printed: pictures, kills, seconds, and the highest memory of a run.

Example:
  python benchmarks/kill_and_resume.py --count 10000 --kill-after 60
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from handypose_tf.images import read_image

SUFFIXES = (".jpg", ".png", ".webp", ".bmp", ".tiff", ".ppm")
SIDES = (1, 2, 17, 64, 240, 640, 1200)
LONGEST_SIDE = 20_000


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures; ends with an error if a picture is lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kill-after", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place, "in"), Path(place, "hands.jsonl")
        names = write_pictures(folder, arguments.count, arguments.seed)
        begin, kills = time.monotonic(), 0
        while run(folder, out, arguments.kill_after) is None:
            kills += 1
        seconds = time.monotonic() - begin
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        found = [Path(line["image"]).name for line in lines]
        if sorted(found) != sorted(names) or len(list(Path(place).iterdir())) != 2:
            raise SystemExit("a picture is lost or done twice, or a file is left")
    broken = sum("error" in line for line in lines)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{len(lines)} pictures, each once; {broken} broken; {kills} kills; "
        f"{seconds:.0f} s; at most {memory:.0f} MB"
    )


def write_pictures(folder: Path, count: int, seed: int) -> list[str]:
    """Write pictures of all formats and sizes, one in ten of them broken."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    root = Path(__file__).resolve().parents[1]
    hand = read_image(root / "handypose_tf/assets/demo_hand.jpg")[..., ::-1]
    names = []
    for number in range(count):
        size = [int(side) for side in rng.choice(SIDES, 2)]
        if number % 100 == 99:
            size = [LONGEST_SIDE, int(rng.integers(1, 40))]
        path = folder / f"{number:06d}{SUFFIXES[number % len(SUFFIXES)]}"
        data = cv2.imencode(path.suffix, cv2.resize(hand, size))[1].tobytes()
        if number % 10 == 7:
            data = data[: int(rng.integers(0, len(data)))]
        path.write_bytes(data)
        names.append(path.name)
    return names


def run(folder: Path, out: Path, seconds: float) -> int | None:
    """Run the command, `None` if it had to be killed."""
    words = ["predict", str(folder), "--jsonl", str(out), "--resume", "--levels", "1"]
    command = [sys.executable, "-m", "handypose_tf.cli", *words]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, timeout=seconds, **quiet).returncode
    except subprocess.TimeoutExpired:
        return None


if __name__ == "__main__":
    main()
