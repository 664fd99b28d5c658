"""Soak `handypose predict`: mixed pictures, broken ones among them, killed and resumed.

Every run is killed (SIGKILL) after some seconds of processor time, so that a loaded
machine kills no oftener, and taken up by --resume until all is done. Checked: after
each kill no line but the last of the unfinished file is torn; in the end each picture
has one line, the readable ones without an error, and nothing else is left. Printed:
pictures, kills, seconds, and the highest memory of each run.
The command has its defaults, but one thread.

Example:
  python benchmarks/kill_and_resume.py /tmp/soak --count 10000 --kill-after 60
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.files import write_json
from handypose_tf.images import read_image

#: Kind of picture -> ending. The last ones are not looked for in folders.
KINDS = {
    **{"colour": ".jpg", "grey": ".jpeg", "turned": ".JPG", "alpha": ".png"},
    **{"16 bits": ".PNG", "webp": ".webp", "bmp": ".bmp", "tiff": ".tiff"},
    **{"16-bit tiff": ".tif", "ppm": ".ppm", "pgm": ".pgm", "jpeg 2000": ".jp2"},
    **{"gif": ".gif", "avif": ".avif"},
}
IN_FOLDERS = len(KINDS) - 2
SIDES = (1, 2, 17, 64, 240, 640, 1200)
LONGEST_SIDE = 20_000

#: Sides that a format holds, where it is not any.
LIMITS = {"webp": (1, 16_383), "jpeg 2000": (64, 20_000)}

#: An EXIF segment that says: turn by a quarter.
_TURNED = bytes.fromhex(
    "ffe10022457869660000 4d4d002a00000008 0001 011200030000000100060000 00000000"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures; ends with an error if a picture is lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kill-after", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    is_whole = dict(write_pictures(arguments.folder, arguments.count, arguments.seed))
    print(f"{len(is_whole)} pictures, {sum(is_whole.values())} whole", flush=True)
    out = arguments.folder / "out" / "hands.jsonl"
    begin, runs = time.monotonic(), []
    while not runs or runs[-1]["exit_code"] == -signal.SIGKILL:
        runs.append(run(arguments.folder, out, arguments.kill_after))
        print(runs[-1], flush=True)
        if len(runs) > 1 and runs[-1]["lines"] == runs[-2]["lines"] < len(is_whole):
            raise SystemExit("a whole run has done no picture")
    check_result(out, is_whole)
    memory = [each["peak_mb"] for each in runs]
    figures = {
        "pictures": len(is_whole),
        "broken": len(is_whole) - sum(is_whole.values()),
        "kills": len(runs) - 1,
        "seconds": round(time.monotonic() - begin),
        "peak_mb": memory,
    }
    write_json(arguments.folder / "figures.json", figures)
    print(figures)


def write_pictures(folder: Path, count: int, seed: int) -> Iterator[tuple[str, bool]]:
    """Write pictures of all kinds and sizes; one in ten is cut off or empty.

    Yields:
        Name, and whether the picture is whole.
    """
    for name in ("in", "odd", "out"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(seed)
    root = Path(__file__).resolve().parents[1]
    hand = read_image(root / "handypose_tf/assets/demo_hand.jpg")[..., ::-1]
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        width, height = (int(side) for side in rng.choice(SIDES, 2))
        if number % 100 == 99:
            width, height = LONGEST_SIDE, int(rng.choice((1, 40, 1000)))
        width, height = np.clip((width, height), *LIMITS.get(kind, (1, LONGEST_SIDE)))
        shifted = np.roll(hand, int(rng.integers(hand.shape[1])), axis=1)
        data = encode(cv2.resize(shifted, (width, height)), kind)
        is_whole = number % 10 != 7
        if not is_whole:
            data = data[: int(rng.integers(len(data) // 2))]
        odd = number % len(KINDS) >= IN_FOLDERS
        name = f"{number:06d}{KINDS[kind]}"
        (folder / ("odd" if odd else "in") / name).write_bytes(data)
        yield name, is_whole


def encode(image: NDArray[np.uint8], kind: str) -> bytes:
    """Return a BGR picture's file."""
    pixels: NDArray = image
    if kind in ("grey", "pgm"):
        pixels = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    elif kind.startswith("16"):
        pixels = image.astype(np.uint16) * 257
    elif kind == "alpha":
        pixels = np.dstack([image, image[..., 0]])
    data = cv2.imencode(KINDS[kind].lower(), pixels)[1].tobytes()
    return data[:2] + _TURNED + data[2:] if kind == "turned" else data


def run(folder: Path, out: Path, seconds: float) -> dict[str, float]:
    """Run the command, kill it after seconds of its own; say what came of it."""
    inputs = [str(folder / "in"), str(folder / "odd" / "*")]
    options = ["--jsonl", str(out), "--resume", "--threads", "1"]
    command = [sys.executable, "-m", "handypose_tf.cli", "predict", *inputs, *options]
    with (folder / "log.txt").open("ab") as log:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    ended = 0
    while not ended:
        time.sleep(0.1)
        if processor_seconds(child.pid) > seconds:
            os.kill(child.pid, signal.SIGKILL)
        ended, status, usage = os.wait4(child.pid, os.WNOHANG)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "exit_code": child.returncode,
        "lines": count_whole_lines(out),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def processor_seconds(process: int) -> float:
    """Return what a process that has not been waited for has used; Linux alone."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def count_whole_lines(out: Path) -> int:
    """Count the lines; ends with an error if one is torn that is not the last."""
    path = out if out.exists() else out.with_name(f"{out.name}.part")
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if lines and not lines[-1].endswith(b"\n") and path != out:
        lines.pop()
    for line in lines:
        json.loads(line)
    return len(lines)


def check_result(out: Path, is_whole: dict[str, bool]) -> None:
    """End with an error if a picture is lost, done twice or wrongly refused."""
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    found = [Path(line["image"]).name for line in lines]
    lost, twice = len(set(is_whole) - set(found)), len(found) - len(set(found))
    refused = [
        f"{line['image']}: {line['error']}"
        for line in lines
        if "error" in line and is_whole[Path(line["image"]).name]
    ]
    left = [path.name for path in out.parent.iterdir() if path != out]
    if lost or twice or refused or left:
        raise SystemExit(
            f"{lost} lost, {twice} twice, refused {refused[:5]}, left {left}"
        )


if __name__ == "__main__":
    main()
