"""`handypose predict` on pictures: all cores, in order, resumable."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from handypose_tf.cli.console import complain, progress, quiet_native_log, say
from handypose_tf.cli.interrupt import patient_interrupt
from handypose_tf.cli.main import FAILED, INTERRUPTED
from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import write_json
from handypose_tf.images import IMAGE_SUFFIXES, find_images
from handypose_tf.inference.coco_file import write_coco_file
from handypose_tf.inference.estimator import DEFAULT_LEVELS, HandPoseEstimator
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.hand_poses import HandPoses
from handypose_tf.inference.hand_table import hand_table_file
from handypose_tf.inference.json_lines import JsonLinesFile
from handypose_tf.inference.many_pictures import PictureResult, predict_files
from handypose_tf.litert.interpreter import count_processors
from handypose_tf.litert.metadata import ModelMetadata

#: Columns of a table that say where a hand was found.
_PLACE = ("image", "width", "height")


def predict_pictures(arguments: argparse.Namespace) -> int:
    """Predict pictures; 1 if any could not be used, 130 after Ctrl-C."""
    paths, num_failed = expand(arguments.inputs, arguments.out)
    targets = place_drawings(paths, arguments.out)
    whole = (arguments.json, arguments.csv, arguments.coco)
    if not paths:
        return FAILED
    kept: list[HandPoses] = []
    with contextlib.ExitStack() as stack:
        lines = None
        if arguments.jsonl is not None:
            lines = JsonLinesFile(arguments.jsonl, resume=arguments.resume)
            stack.enter_context(lines)
        todo = _left(paths, targets, lines, resume=arguments.resume)
        estimators = _estimators(arguments, len(todo))
        predicted = predict_files(
            estimators,
            todo,
            boxes=arguments.boxes,
            max_hands=arguments.max_hands,
            targets=targets,
        )
        interrupt = stack.enter_context(patient_interrupt())
        results = stack.enter_context(contextlib.closing(predicted))
        has_empty = False
        for result in progress(results, "picture", total=len(todo)):
            num_failed += result.error is not None
            _report(result, targets.get(result.path))
            has_empty |= result.hands is not None and not result.hands
            if lines is not None:
                lines.write(result.entry)
            if result.hands is not None and any(whole):
                kept.append(result.hands)
            if interrupt.is_asked:
                break
    if kept:
        _write_whole(arguments, kept, estimators[0].metadata)
    if has_empty and not arguments.boxes:
        advise_on_no_hand(arguments, DEFAULT_LEVELS)
    if interrupt.is_asked:
        resumable = ", and --resume goes on" * (not any(whole))
        complain(f"stopped; what is written is whole{resumable}")
        return INTERRUPTED
    return FAILED if num_failed else 0


def advise_on_no_hand(arguments: argparse.Namespace, levels: int) -> None:
    """Print what to try where no hand was found.

    Args:
        arguments: Of the command.
        levels: Where the command does not tell.
    """
    closer = f"--levels {(arguments.levels or levels) + 1} looks closer"
    if arguments.detector == "none":
        closer = "without --detector none a detector looks for hands"
    box = "" if levels == 1 else ", --box X,Y,W,H says where one is"
    say(f"no hand: {closer}{box}")


def open_estimator(
    arguments: argparse.Namespace,
    num_threads: int | None,
    levels: int = DEFAULT_LEVELS,
) -> HandPoseEstimator:
    """Return the estimator that the command's options ask for.

    Args:
        arguments: Of the command.
        num_threads: See `HandPoseEstimator`.
        levels: Where the command does not tell.
    """
    detector = None if arguments.detector == "none" else arguments.detector
    return HandPoseEstimator(
        arguments.model,
        num_threads,
        detector=detector,
        levels=arguments.levels or levels,
        min_score=arguments.min_score,
        refine=arguments.refine,
        mirrored=arguments.mirrored,
    )


def expand(inputs: Sequence[str], out: Path | None) -> tuple[list[Path], int]:
    """Return the pictures of all inputs and the number of inputs without any.

    Args:
        inputs: Files, folders, patterns.
        out: Where drawings go, which are no pictures to predict.
    """
    paths: dict[Path, None] = {}
    num_failed = 0
    for item in inputs:
        try:
            paths |= dict.fromkeys(find_images([item], out))
        except DataError as error:
            complain(str(error))
            num_failed += 1
    return list(paths), num_failed


def place_drawings(paths: Sequence[Path], out: Path | None) -> dict[Path, Path]:
    """Return where each picture's drawing goes: its place below the common folder.

    Raises:
        OutputError: If a drawing would replace its own picture, or another drawing.
    """
    return {} if out is None else place_below(paths, out, IMAGE_SUFFIXES, ".png")


def place_below(
    paths: Sequence[Path], out: Path, suffixes: Sequence[str], suffix: str
) -> dict[Path, Path]:
    """Return a place in `out` for what is made of each file, as they lie to each other.

    Args:
        paths: The files.
        out: A folder.
        suffixes: Endings that can be written; a file of another gets one behind it.
        suffix: That one.

    Raises:
        OutputError: If a place is that of its own file, or two have one.
    """
    if not paths:
        return {}
    folders = [os.path.abspath(path.parent) for path in paths]
    try:
        root = os.path.commonpath(folders)
    except ValueError:  # several drives on Windows
        root = None
    targets: dict[Path, Path] = {}
    owners: dict[Path, Path] = {}
    for path, folder in zip(paths, folders, strict=True):
        below = Path(os.path.relpath(folder, root)) if root else Path()
        writable = path.suffix.lower() in suffixes
        name = path.name if writable else f"{path.name}{suffix}"
        targets[path] = out / below / name
        if targets[path].resolve() == path.resolve():
            raise OutputError(f"{path}: --out {out} would replace it; give another")
        owner = owners.setdefault(targets[path].resolve(), path)
        if owner is not path:
            raise drawn_twice(targets[path], owner, path)
    return targets


def drawn_twice(place: Path, first: object, second: object) -> OutputError:
    """Return the refusal of two inputs that would be drawn to one place."""
    return OutputError(
        f"{place}: both {first} and {second} would be drawn there; give them in two "
        "commands"
    )


def _estimators(
    arguments: argparse.Namespace, num_pictures: int
) -> list[HandPoseEstimator]:
    """Return one estimator a thread, and no more threads than there are processors.

    For a single picture it is one with all threads.
    """
    most = count_processors()
    count = min(arguments.threads or most, most, max(num_pictures, 1))
    num_threads = arguments.threads if count == 1 else 1
    with quiet_native_log():
        return open_estimator(arguments, num_threads).for_threads(count)


def _write_whole(
    arguments: argparse.Namespace, kept: Sequence[HandPoses], metadata: ModelMetadata
) -> None:
    """Write the files that are not written line by line."""
    names, skeleton = metadata.keypoint_names, metadata.skeleton
    if arguments.json is not None:
        write_json(arguments.json, [hands.to_dict() for hands in kept])
    if arguments.csv is not None:
        with hand_table_file(arguments.csv, _PLACE, names) as table:
            for hands in kept:
                table.write([hands.path, hands.width, hands.height], hands)
    if arguments.coco is not None:
        write_coco_file(arguments.coco, kept, names, skeleton)


def _left(
    paths: Sequence[Path],
    targets: dict[Path, Path],
    lines: JsonLinesFile | None,
    *,
    resume: bool,
) -> list[Path]:
    """Return the pictures that are not done; all of them unless it is resumed."""
    if not resume:
        return list(paths)
    found = lines.found if lines else ()
    done = {image.encode("utf-8", "surrogateescape") for image in found}
    left = [
        path
        for path in paths
        if not (os.fsencode(path) in done if lines else targets[path].exists())
    ]
    say(f"{len(paths) - len(left)} of {len(paths)} pictures are done already")
    return left


def _report(result: PictureResult, target: Path | None) -> None:
    """Print the line of a picture."""
    if result.error is not None:
        complain(result.error)
        return
    hands: Sequence[HandPose] = result.hands or []
    scores = ", ".join(f"{hand.score:.2f}" for hand in hands)
    found = f"{len(hands)} hand{'s' * (len(hands) > 1)}, score {scores}"
    drawn = f" -> {target}" if target is not None else ""
    say(f"{result.path}: {found if hands else 'no hand'}{drawn}")
