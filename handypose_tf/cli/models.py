"""List the trained models that ship and the presets that can be built.

With a name, tell that model's parts: backbone, waterfall, decoder and heads, with the
shape that each gives and its parameters; of a .tflite file what it says of itself.

Example:
  handypose models
  handypose models handypose_lite0
  handypose models --json models.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from handypose_tf.cli.console import complain, quiet_native_log, say
from handypose_tf.cli.options import add_file, add_flag
from handypose_tf.errors import ModelError
from handypose_tf.files import write_json
from handypose_tf.files.tables import format_table
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import SAVED_MODELS, bundled_models, find_model
from handypose_tf.models.presets import DETECTORS, PRESETS

#: Of a shipped file, what is listed.
_FILE_FACTS = (
    *("preset", "image_size", "precision", "parameters", "macs"),
    *("trained", "licence", "training_data", "accuracy"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose models` takes."""
    parser.add_argument(
        "name", nargs="?", help="a preset, a model that ships, a .keras or .tflite"
    )
    add_flag(parser, "--verbose", "all figures, and what was trained on")
    add_file(parser, "--json", "write what is listed as JSON too")


def run(arguments: argparse.Namespace) -> int:
    """Print both lists, or a model's parts; 1 if a shipped file cannot be read."""
    if arguments.name is not None:
        _tell(arguments.name, arguments.json)
        return 0
    files, num_failed = [], 0
    for path in bundled_models(SAVED_MODELS):
        try:
            files.append(describe_file(path))
        except ModelError as error:
            complain(str(error))
            num_failed += 1
    presets = [describe_preset(name) for name in (*PRESETS, *DETECTORS)]
    say(f"{_file_text(files, arguments.verbose)}\n\n{_preset_table(presets)}")
    if arguments.json is not None:
        write_json(arguments.json, {"presets": presets, "files": files})
    return 1 if num_failed else 0


def describe_preset(name: str) -> dict[str, Any]:
    """Return what is known of a preset."""
    preset = (PRESETS | DETECTORS)[name]
    height, width = preset.model.image_size
    return {
        "name": name,
        "image_size": width if height == width else [height, width],
        "parameters": preset.parameters,
        "macs": preset.macs,
        "description": preset.text,
    }


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


def _tell(name: str, json_path: Path | None) -> None:
    """Print what is known of one model, and write it if a file is named."""
    if _is_own_tflite(name):
        facts = describe_file(find_model(name))
        text, content = _file_text([facts], verbose=True), {"files": [facts]}
    else:
        with quiet_native_log():
            text, content = _outline(name)
    say(text)
    if json_path is not None:
        write_json(json_path, content)


def _is_own_tflite(name: str) -> bool:
    """Tell whether it is a file that is not known to be made of weights that ship."""
    return name.endswith(".tflite") and Path(name).is_file()


def _outline(name: str) -> tuple[str, dict[str, Any]]:
    """Return the table of a network's parts, and the same as data."""
    from handypose_tf.models import hand_detector, handypose
    from handypose_tf.models.files import load_any
    from handypose_tf.models.outline import outline

    if name in DETECTORS:
        model: Any = hand_detector(name)
    elif name in PRESETS:
        model = handypose(name)
    else:
        model = load_any(name)
    rows, parts = [], outline(model)
    for part in parts:
        shape = " x ".join(map(str, part.shape))
        rows.append([part.name, shape, str(part.parameters), str(part.num_layers)])
    total = [f"{name}, {_side(model.image_size)} px", "", str(model.count_params()), ""]
    table = format_table(["part", "gives", "parameters", "layers"], [*rows, total])
    return table, {"name": name, "parts": [part._asdict() for part in parts]}


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
    header = ["preset", "px", "params M", "MACs M", "what it is"]
    return format_table(header, rows)


def _file_text(files: list[dict[str, Any]], verbose: bool) -> str:
    """Return the table of shipped files, and what its last column means."""
    if not files:
        return "No trained models ship with this version."
    marks: dict[str, str] = {}
    rows = []
    for file in files:
        what, value = next(iter((file["accuracy"] or {}).items()), (None, None))
        mark = marks.setdefault(what, "*" * (len(marks) + 1)) if what else ""
        rows.append(
            [
                file["file"],
                _side(file["image_size"]),
                _millions(file["parameters"]),
                _millions(file["macs"]),
                _millions(file["bytes"]),
                f"{_percent(value)} {mark}" if what else "not measured",
            ]
        )
    header = ["file", "px", "params M", "MACs M", "MB", "accuracy"]
    notes = [f"{mark} {what}" for what, mark in marks.items()]
    parts = ["\n".join([format_table(header, rows), *notes])]
    return "\n\n".join([*parts, *(map(_file_notes, files) if verbose else ())])


def _file_notes(file: Mapping[str, Any]) -> str:
    accuracy = file["accuracy"] or {}
    figures = "; ".join(
        f"{what}: {_percent(value)}" for what, value in accuracy.items()
    )
    trained = "" if file["trained"] else "  never trained on hands\n"
    return (
        f"{file['file']} ({file['licence'] or 'licence not stated'})\n{trained}"
        f"  accuracy: {figures or 'not measured'}\n"
        f"  trained on: {file['training_data'] or 'not stated'}"
    )


def _percent(value: Any) -> str:
    """Return a share as a percentage; anything else as it is."""
    is_share = isinstance(value, int | float) and 0 <= value <= 1
    return f"{100 * value:.1f} %" if is_share else str(value)


def _side(size: Any) -> str:
    """Return an input's size; both numbers only if they differ."""
    if isinstance(size, list | tuple):
        height, width = size
        return str(width) if height == width else f"{height}x{width}"
    return "-" if size is None else str(size)


def _millions(count: int | None) -> str:
    return "-" if count is None else f"{count / 1e6:.1f}"
