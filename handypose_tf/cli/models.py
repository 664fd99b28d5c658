"""List the presets that can be built and the trained models that ship.

Example:
  handypose models
  handypose models --json models.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handypose_tf.cli.console import complain, format_table, say
from handypose_tf.errors import ModelError
from handypose_tf.files import write_json
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import SAVED_MODELS, bundled_models
from handypose_tf.models.presets import DETECTORS, PRESETS

#: Of a preset and of a shipped file, what is listed.
_PRESET_FACTS = ("image_size", "parameters", "macs", "description")
_FILE_FACTS = (
    *("preset", "image_size", "precision", "parameters", "macs"),
    *("trained", "licence", "training_data", "accuracy"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose models` takes."""
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the lists as JSON too"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print both lists; 1 if a shipped file cannot be read."""
    files, num_failed = [], 0
    for path in bundled_models(SAVED_MODELS):
        try:
            files.append(describe_file(path))
        except ModelError as error:
            complain(str(error))
            num_failed += 1
    presets = [describe_preset(name) for name in (*PRESETS, *DETECTORS)]
    say(f"{_preset_table(presets)}\n\n{_file_text(files)}")
    if arguments.json is not None:
        write_json(arguments.json, {"presets": presets, "files": files})
    return 1 if num_failed else 0


def describe_preset(name: str) -> dict[str, Any]:
    """Return what is known of a preset."""
    preset = (PRESETS | DETECTORS)[name]
    return {"name": name, **{fact: preset.get(fact) for fact in _PRESET_FACTS}}


def describe_file(path: Path) -> dict[str, Any]:
    """Return what a shipped file says of itself, or its card of it.

    Raises:
        ModelError: If it says nothing.
    """
    if path.suffix == ".tflite":
        facts: Mapping[str, Any] = read_metadata(path).to_dict()
    else:
        facts = _read_card(path.with_suffix(".card.json"))
    chosen = {fact: facts.get(fact) for fact in _FILE_FACTS}
    return {"file": path.name, "bytes": path.stat().st_size, **chosen}


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; a .keras needs a card") from error
    except ValueError as error:
        raise ModelError(f"{path}: not JSON; write the card again") from error
    if not isinstance(card, dict):
        raise ModelError(f"{path}: not a JSON object; write the card again")
    return card


def _preset_table(presets: list[dict[str, Any]]) -> str:
    rows = [
        [
            preset["name"],
            _side(preset["image_size"]),
            _millions(preset["parameters"]),
            _millions(preset["macs"]),
            preset["description"],
        ]
        for preset in presets
    ]
    header = ["preset", "input px", "params M", "MACs M", "what it is"]
    return format_table(header, rows)


def _file_text(files: list[dict[str, Any]]) -> str:
    """Return the table of shipped files and what does not fit into columns."""
    if not files:
        return "No trained models ship with this version."
    rows = [
        [
            file["file"],
            _side(file["image_size"]),
            _millions(file["parameters"]),
            _millions(file["macs"]),
            _millions(file["bytes"]),
            "yes" if file["trained"] else "no",
            file["licence"] or "-",
        ]
        for file in files
    ]
    header = ["file", "input px", "params M", "MACs M", "MB", "trained", "licence"]
    table = format_table(header, rows)
    return "\n\n".join([table, *map(_file_notes, files)])


def _file_notes(file: Mapping[str, Any]) -> str:
    accuracy = file["accuracy"] or {}
    figures = ", ".join(f"{name} {value}" for name, value in accuracy.items())
    return (
        f"{file['file']}\n  accuracy: {figures or 'not measured'}\n"
        f"  trained on: {file['training_data'] or 'not stated'}"
    )


def _side(size: Any) -> str:
    """Return an input's size; both numbers only if they differ."""
    if isinstance(size, list | tuple):
        height, width = size
        return str(width) if height == width else f"{height}x{width}"
    return "-" if size is None else str(size)


def _millions(count: int | None) -> str:
    return "-" if count is None else f"{count / 1e6:.1f}"
