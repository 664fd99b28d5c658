"""Files that a command is to write, looked at before its work and not after hours."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from handypose_tf.errors import OutputError
from handypose_tf.files import check_writable, is_standard_output

#: Options that name a file of results; `-` is standard output.
RESULTS = ("json", "jsonl", "csv", "coco")

_PICTURES = ("worst", "contact_sheet")
_FILES = (*RESULTS, *_PICTURES, "plot", "save_predictions", "tflite")

#: Endings by which `--out` and `--task` are files, and no folder or word.
_MODEL_SUFFIXES = (".tflite", ".keras", ".task")

#: Options and arguments that name what is read; of data the file is behind the format.
_READ = (
    *("inputs", "files", "config", "model", "models", "file", "checkpoint"),
    *("data", "val", "source", "predictions", "boxes", "detector"),
)


def check_outputs(
    arguments: argparse.Namespace, refuse: Callable[[str], object]
) -> None:
    """Find out whether every file can be written; nothing is left.

    Args:
        arguments: Of a command.
        refuse: Told of two files in one place, and of one in place of an input.

    Raises:
        OutputError: If a file cannot be written or has an ending that is not known.
    """
    named = {name: getattr(arguments, name, None) for name in _FILES}
    files = {name: path for name, path in named.items() if isinstance(path, str | Path)}
    taken = {os.path.realpath(item): item for item in _inputs(arguments)}
    for name, path in files.items():
        option = f"--{name.replace('_', '-')}"
        place = "-" if is_standard_output(path) else os.path.realpath(path)
        if place in taken:
            refuse(f"{option} {path} would replace {taken[place]}")
        taken[place] = option
    for name, path in files.items():
        suffixes = _suffixes(name)
        if suffixes and Path(path).suffix.lower() not in suffixes:
            option = f"--{name.replace('_', '-')}"
            raise OutputError(f"{path}: {option} ends in one of {', '.join(suffixes)}")
        check_writable(path)
    for name in ("out", "task"):
        model = getattr(arguments, name, None)
        if isinstance(model, Path) and model.suffix in _MODEL_SUFFIXES:
            check_writable(model)


def _suffixes(name: str) -> tuple[str, ...]:
    """Return the endings that an option's file may have; none: any."""
    if name == "plot":
        from handypose_tf.images.figures import FIGURE_SUFFIXES

        return FIGURE_SUFFIXES
    if name in _PICTURES:
        from handypose_tf.images import IMAGE_SUFFIXES

        return IMAGE_SUFFIXES
    return ()


def _inputs(arguments: argparse.Namespace) -> Iterator[str]:
    """Give the files that the command reads, as far as they are named as such."""
    for name in _READ:
        value = getattr(arguments, name, None)
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, str | Path):
                text = os.fspath(item)
                behind = text.partition(":")[2]
                yield text
                yield from filter(os.path.isfile, (behind, behind.rpartition(":")[0]))
