"""The YAML of a YOLO pose data set: where its pictures are, and which points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from handypose_tf.data.parsing import FileError, read_text
from handypose_tf.errors import DataError

#: Pictures by their ending, as ultralytics finds them; only the first three are read,
#: the others are named as unsupported.
_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")


class YoloYaml:
    """A data set's YAML: `path`, `train`, `val`, `test` and `kpt_shape`.

    Args:
        path: The file, or a folder with one YAML in it.

    Raises:
        DataError: If there is no such file, or the folder holds none or several.
        FileError: If it is no YAML, or names no keypoints.
    """

    def __init__(self, path: Path) -> None:
        self.path = path if path.is_file() else _only_yaml(path)
        self._content = _read_yaml(self.path)
        self.num_keypoints, self.num_values = _keypoint_shape(self._content, self.path)

    def pictures(self, split: str) -> list[Path]:
        """Return the pictures of a split: a folder, a list of files, or several.

        Raises:
            FileError: If a listed place does not exist.
        """
        listed = self._content.get(split) or []
        places = listed if isinstance(listed, list) else [listed]
        return [picture for place in places for picture in self._expand(str(place))]

    def class_name(self, number: float) -> str:
        """Return the name of a class; empty if the file names none of that number."""
        names = self._content.get("names")
        if isinstance(names, list):
            names = dict(enumerate(names))
        return str(names.get(number, "")) if isinstance(names, dict) else ""

    def _expand(self, place: str) -> list[Path]:
        """Expand a folder or a list of files, found from `path` or from the YAML.

        As for ultralytics, a leading `../` that leads nowhere counts for nothing:
        Roboflow writes `../train/images` for `train/images` beside its YAML.
        """
        root = self.path.parent
        place = place.replace("\\", "/")
        bases = (root / str(self._content.get("path") or ""), root)
        places = [
            base / p for p in (place, place.removeprefix("../")) for base in bases
        ]
        path = next((p for p in places if p.exists()), root / place)
        if path.is_dir():
            files = sorted(path.rglob("*"))
            return [file for file in files if file.suffix.lower() in _SUFFIXES]
        lines = read_text(path).replace("\\", "/").split("\n")
        return [path.parent / line.strip() for line in lines if line.strip()]


def _only_yaml(folder: Path) -> Path:
    found = [p for p in sorted(folder.iterdir()) if p.suffix in (".yaml", ".yml")]
    if len(found) != 1:
        reason = f"{len(found)} YAML files in it; name the data set's own"
        raise DataError(f"{folder}: {reason}")
    return found[0]


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise FileError(path, f"not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise FileError(path, "no `train:`, `val:` ... in it")
    return content


def _keypoint_shape(content: dict[str, Any], path: Path) -> tuple[int, int]:
    """Return the number of keypoints and of values for each: 2, or 3 with a flag."""
    match content.get("kpt_shape"):
        case [int(count), 2 | 3 as values] if count > 0:
            return count, values
    raise FileError(path, "no `kpt_shape: [21, 3]` in it")
