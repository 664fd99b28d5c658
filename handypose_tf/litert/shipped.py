"""The models that ship inside the package, and how a model is named."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from handypose_tf.errors import ModelError
from handypose_tf.litert.precision import PRECISIONS, Precision

#: `PRESET_SIZE_PRECISION.tflite`, `PRESET_SIZE.keras`, `PRESET_SIZE.card.json`.
SAVED_MODELS = Path(__file__).resolve().parents[1] / "savedmodels"

MODEL_SUFFIXES = (".tflite", ".keras")

#: `PRESET_SIZE` or `PRESET_SIZE_PRECISION`.
_STEM = re.compile(r"(?P<preset>.+)_(?P<size>[0-9]+)(_(?P<precision>[a-z0-9-]+))?")


def bundled_models(folder: Path = SAVED_MODELS) -> list[Path]:
    """Return the shipped model files, of each preset the largest input first.

    Of one input size that of lowest latency comes first.
    """
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.suffix in MODEL_SUFFIXES)
    return sorted(files, key=_rank)


def find_model(name: str | os.PathLike[str], folder: Path = SAVED_MODELS) -> Path:
    """Return the file of a model that is named by path, shipped file or preset.

    Args:
        name: A path ending in `.tflite` or `.keras`; the name of a shipped file with or
            without its ending; or `PRESET_SIZE`, for its shipped file of lowest
            latency; or `PRESET`, for that of its largest, so most accurate, size.
        folder: Where the shipped files lie.

    Raises:
        ModelError: If there is no such file or nothing of that name ships.
    """
    text = os.fspath(name)
    if not text:
        raise ModelError("the model's name is empty; is a shell variable not set?")
    path = Path(os.path.expanduser(name))
    if path.is_file():
        return path
    if path.is_dir() and path.parent != Path():
        raise ModelError(f"{text}: is a folder; name the model's file in it")
    shipped = bundled_models(folder)
    for file in shipped:
        if text in _names(file):
            return file
    if path.suffix in MODEL_SUFFIXES or path.parent != Path():
        raise ModelError(f"{text}: no such model file; check the path")
    known = ", ".join(file.stem for file in shipped) or "none"
    names = sorted({name for file in shipped for name in _names(file)})
    close = difflib.get_close_matches(text, names, 1)
    hint = f"did you mean {close[0]}?" if close else f"shipped: {known}"
    raise ModelError(
        f"{text}: no shipped model has this name ({hint}); give one of them or a "
        ".tflite or .keras file"
    )


def find_weights(
    name: str | os.PathLike[str], folder: Path = SAVED_MODELS
) -> tuple[Path, int | None]:
    """Return the `.keras` file with the weights of a model that is named as above.

    Args:
        name: As for `find_model`. The name of a shipped `.tflite` stands for the
            weights that it was made of.
        folder: Where the shipped files lie.

    Returns:
        The file, and the side of the input that the name asks for where that is not
        the file's own.

    Raises:
        ModelError: If there is no such file, or it is a `.tflite` of somebody's own.
    """
    path = find_model(name, folder)
    if path.suffix != ".tflite":
        return path, None
    parts = _STEM.fullmatch(path.stem)
    is_shipped = path.parent == folder and not Path(name).is_file()
    own = [file for file in bundled_models(folder) if file.suffix == ".keras"]
    for file in own:
        if parts and is_shipped and parts["preset"] in _names(file):
            size = int(parts["size"])
            is_named = os.fspath(name) != parts["preset"]
            return file, size if is_named and f"_{size}." not in file.name else None
    raise ModelError(
        f"{os.fspath(name)}: a .tflite has no weights to go on with; give its .keras"
    )


def _names(path: Path) -> set[str]:
    """Return all that a shipped file is called."""
    names, parts = {path.name, path.stem}, _STEM.fullmatch(path.stem)
    if parts:
        names |= {parts["preset"], f"{parts['preset']}_{parts['size']}"}
    return names


def _rank(path: Path) -> tuple[str, int, bool, int, str]:
    """Sort by preset, largest input, `.tflite` before `.keras`, latency."""
    parts = _STEM.fullmatch(path.stem)
    preset, size = (parts["preset"], int(parts["size"])) if parts else (path.stem, 0)
    precision = PRECISIONS.get(parts["precision"] if parts else "", Precision())
    is_keras = path.suffix == ".keras"
    return preset, -size, is_keras, precision.latency_rank, path.name
