"""Find hands in photos: draw them, and write their keypoints as JSON.

Files, folders and patterns are taken in the order given. Without --box the whole
picture is searched for one hand. Without --out and --json, annotated pictures go to
handypose_predictions/.

Example:
  handypose predict photo.jpg
  handypose predict photos/ --json hands.json
  handypose predict photo.jpg --box 120,80,200,210 --box 400,90,180,190 --out drawn/
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.cli.console import complain, progress, quiet_native_log, say
from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import write_json
from handypose_tf.images import (
    IMAGE_SUFFIXES,
    find_images,
    read_image,
    write_image,
)
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.estimator import DEFAULT_MODEL, HandPoseEstimator
from handypose_tf.inference.picture_entry import picture_entry

_DEFAULT_OUT = Path("handypose_predictions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose predict` takes."""
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="picture, folder or pattern"
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="preset, shipped file, .tflite or .keras file (default: %(default)s)",
    )
    parser.add_argument(
        "--box",
        dest="boxes",
        action="append",
        type=parse_box,
        metavar="X,Y,W,H",
        help="tight box of a hand in pixels; repeat for several hands",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write annotated pictures there"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the keypoints as JSON"
    )
    parser.add_argument(
        "--threads",
        type=parse_count,
        metavar="N",
        help="threads of a .tflite model (default: all, at most four)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Predict; 1 if any input could not be used."""
    out = arguments.out
    if out is None and arguments.json is None:
        out = _DEFAULT_OUT
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model, arguments.threads)
    paths, num_failed = _expand(arguments.inputs)
    targets = _targets(paths, out)
    entries = []
    for path in progress(paths, "picture"):
        try:
            entry = _predict(estimator, path, arguments.boxes, targets.get(path))
        except DataError as error:
            complain(str(error))
            num_failed += 1
        else:
            entries.append(entry)
    if arguments.json is not None:
        write_json(arguments.json, entries)
    return 1 if num_failed else 0


def parse_box(text: str) -> list[float]:
    """Turn `X,Y,W,H` into four floats."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != 4 or not np.isfinite(values).all() or min(values[2:]) <= 0:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not X,Y,W,H in pixels with W and H above 0"
        )
    return values


def parse_count(text: str) -> int:
    """Turn a number from 1 up into an int."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _predict(
    estimator: HandPoseEstimator,
    path: Path,
    boxes: Sequence[Sequence[float]] | None,
    target: Path | None,
) -> dict[str, Any]:
    """Read, predict, draw; return the picture's entry."""
    image = read_image(path)
    try:
        hands = estimator.predict(image, boxes)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    if target is not None:
        skeleton = estimator.metadata.skeleton
        write_image(target, draw_hands(image, hands, skeleton))
    scores = ", ".join(f"{hand.score:.2f}" for hand in hands)
    found = f"{len(hands)} hand{'s' * (len(hands) > 1)}, score {scores}"
    drawn = f" -> {target}" if target is not None else ""
    say(f"{path}: {found if hands else 'no hand'}{drawn}")
    return picture_entry(path, image, hands)


def _expand(inputs: Sequence[str]) -> tuple[list[Path], int]:
    """Return the pictures of all inputs and the number of inputs without any."""
    paths: dict[Path, None] = {}
    num_failed = 0
    for item in inputs:
        try:
            paths |= dict.fromkeys(find_images([item]))
        except DataError as error:
            complain(str(error))
            num_failed += 1
    return list(paths), num_failed


def _targets(paths: Sequence[Path], out: Path | None) -> dict[Path, Path]:
    """Return where each picture's drawing goes: its place below the common folder.

    Raises:
        OutputError: If a drawing would replace its own picture.
    """
    if out is None or not paths:
        return {}
    folders = [os.path.abspath(path.parent) for path in paths]
    try:
        root = os.path.commonpath(folders)
    except ValueError:  # several drives on Windows
        root = None
    targets = {}
    for path, folder in zip(paths, folders, strict=True):
        below = Path(os.path.relpath(folder, root)) if root else Path()
        writable = path.suffix.lower() in IMAGE_SUFFIXES
        targets[path] = out / below / (path.name if writable else f"{path.name}.png")
        if targets[path].resolve() == path.resolve():
            raise OutputError(f"{path}: --out {out} would replace it; give another")
    return targets
