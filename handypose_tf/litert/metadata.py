"""What a model file says of itself: `metadata.json` in a zip appended to a `.tflite`.

A `.tflite` may carry a zip archive behind its own bytes; interpreters pass over it and
`unzip` opens it. The members that other tools put there stay.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handypose_tf.errors import ModelError
from handypose_tf.files import write_bytes
from handypose_tf.files.file_kind import why_unreadable

FORMAT = "handypose-tf/1"
MEMBER = "metadata.json"

#: What bytes 4 to 8 of every `.tflite` file are.
_TFLITE = b"TFL3"
PRECISIONS = ("float32", "float16", "dynamic", "int8", "int16x8", "qat-int8")

#: What a network gives: the keypoints of one hand in a crop, or the hands of a picture.
KINDS = ("pose", "detector")

_REMEDY = "`handypose export` writes them"


@dataclass(frozen=True, kw_only=True)
class ModelMetadata:
    """The facts that prediction, cards and tables need of a model.

    Attributes:
        preset: Name of the preset that the model was built from.
        image_size: `(height, width)` of the input, pixels.
        keypoint_names: One a keypoint, in the model's order; none for a detector.
        skeleton: Bones as pairs of keypoint indices.
        crop: `{"scale": side of the square crop over the longer side of the box}`.
        decode: `{"method": ...}`, and optionally `"cell_offset"`: the pixel that cell 0
            of the heatmaps stands for (centred cells without it),
            `"calibration"`: slope and offset that made scores of the peaks, and
            `"min_score"`, `"keep_score"`: what a hand that is found, or followed, must
            score.
        precision: One of `PRECISIONS`.
        trained: Whether the weights were trained on hands.
        parameters: Number of weights.
        macs: Multiply-accumulate operations of one run.
        licence: Licence of the weights.
        training_data: What the weights were trained on, and its licences.
        accuracy: Name of a protocol to its figure, e.g. `{"coco pck_box@.2": 0.48}`.
        versions: Package to version, of what made the file.
        kind: One of `KINDS`.
        handedness: Whether the model also tells left hands from right ones.
        presence: Whether the model also tells hands from what is none.
        export: What `handypose export` measured when it wrote the file.
    """

    preset: str
    image_size: tuple[int, int]
    keypoint_names: tuple[str, ...]
    skeleton: tuple[tuple[int, int], ...]
    crop: Mapping[str, float]
    decode: Mapping[str, Any]
    precision: str
    trained: bool
    parameters: int
    macs: int
    licence: str
    training_data: str
    accuracy: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    kind: str = "pose"
    handedness: bool = False
    presence: bool = False
    export: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse values that no model has, naming the field."""
        for name, is_good, wanted in _RULES:
            value = getattr(self, name)
            if not is_good(value):
                raise ModelError(f"field {name!r} must be {wanted}, is {value!r}")
        if bool(self.keypoint_names) != (self.kind == "pose"):
            raise ModelError(
                "field 'keypoint_names' must name the keypoints of a pose model, and "
                f"be empty for a detector, is {self.keypoint_names!r}"
            )
        last = self.num_keypoints - 1
        if any(not 0 <= joint <= last for bone in self.skeleton for joint in bone):
            raise ModelError(f"field 'skeleton' must hold keypoints 0..{last}")

    @property
    def num_keypoints(self) -> int:
        """Number of keypoints."""
        return len(self.keypoint_names)

    @property
    def crop_scale(self) -> float:
        """Side of the square crop over the longer side of the hand's tight box."""
        return float(self.crop["scale"])

    def to_dict(self) -> dict[str, Any]:
        """Return what `metadata.json` holds."""
        return {
            "format": FORMAT,
            **vars(self),
            "image_size": list(self.image_size),
            "num_keypoints": self.num_keypoints,
            "keypoint_names": list(self.keypoint_names),
            "skeleton": [list(bone) for bone in self.skeleton],
            "crop": dict(self.crop),
            "decode": dict(self.decode),
            "accuracy": dict(self.accuracy),
            "versions": dict(self.versions),
            "export": dict(self.export),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelMetadata:
        """Build from what `metadata.json` holds; fields of later versions are ignored.

        Raises:
            ModelError: If fields are missing or bad, naming them.
        """
        missing = [name for name in _REQUIRED if name not in values]
        if missing:
            raise ModelError(f"metadata lacks {', '.join(missing)}; {_REMEDY}")
        if values["format"] != FORMAT:
            raise ModelError(
                f"metadata format is {values['format']!r}, this version reads "
                f"{FORMAT!r}; update handypose-tf or export the model again"
            )
        fields = cls.__dataclass_fields__
        known = {name: values[name] for name in fields if name in values}
        for name in ("image_size", "keypoint_names"):
            known[name] = _tuple(name, known[name])
        bones = _tuple("skeleton", known["skeleton"])
        known["skeleton"] = tuple(_tuple("skeleton", bone) for bone in bones)
        metadata = cls(**known)
        if values["num_keypoints"] != metadata.num_keypoints:
            raise ModelError(
                f"field 'num_keypoints' is {values['num_keypoints']!r}, but there are "
                f"{metadata.num_keypoints} keypoint_names"
            )
        return metadata


def read_metadata(path: str | os.PathLike[str]) -> ModelMetadata:
    """Read the metadata of a `.tflite` file.

    Raises:
        ModelError: If the file is missing, has no metadata or bad ones.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            values = json.loads(archive.read(MEMBER))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ModelError(f"{path}: no such model file; check the path") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"{path}: {_why_without(path)}") from error
    except ValueError as error:
        raise ModelError(f"{path}: {MEMBER} is not JSON; {_REMEDY}") from error
    if not isinstance(values, dict):
        raise ModelError(f"{path}: {MEMBER} is not a JSON object; {_REMEDY}")
    try:
        return ModelMetadata.from_dict(values)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def _why_without(path: str | os.PathLike[str]) -> str:
    """Return why a file has no metadata: by mistake, cut off, or somebody else's."""
    from handypose_tf.litert.interpreter import open_interpreter  # LiteRT is slow

    if (reason := why_unreadable(path)) is not None:
        return reason
    with open(path, "rb") as file:
        if file.read(8)[4:] != _TFLITE:
            return "not a .tflite file"
    try:
        open_interpreter(path, 1)
    except ModelError:
        return "the file is cut off or broken; fetch it again"
    return f"has no {MEMBER} with {', '.join(_REQUIRED)}; {_REMEDY}"


def write_metadata(path: str | os.PathLike[str], metadata: ModelMetadata) -> None:
    """Put metadata behind a `.tflite` file's bytes, in place of former ones.

    Raises:
        ModelError: If there is no such file.
        OutputError: If the file cannot be replaced; it is then as it was.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot read: {error.strerror or error}") from error
    write_bytes(path, with_metadata(content, metadata))


def with_metadata(content: bytes, metadata: ModelMetadata) -> bytes:
    """Return a `.tflite` file's bytes with metadata behind them, in place of others.

    The same model and metadata give the same bytes.
    """
    model, members = _split(content)
    values = metadata.to_dict()
    text = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    buffer = io.BytesIO()
    buffer.write(model)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for info, data in members:
            archive.writestr(info, data)
        archive.writestr(zipfile.ZipInfo(MEMBER), text.encode())
    return buffer.getvalue()


def _split(data: bytes) -> tuple[bytes, list[tuple[zipfile.ZipInfo, bytes]]]:
    """Part a file into the model's bytes and its zip's members except ours."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data, []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        start = min((info.header_offset for info in infos), default=archive.start_dir)
        others = [info for info in infos if info.filename != MEMBER]
        return data[:start], [(info, archive.read(info)) for info in others]


def _tuple(name: str, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ModelError(f"field {name!r} must be a list, is {value!r}")
    return tuple(value)


def _is_count(value: Any, lowest: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= lowest


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_size(value: Any) -> bool:
    return len(value) == 2 and all(map(_is_count, value))


def _is_names(value: Any) -> bool:
    return all(map(_is_text, value))


def _is_bones(value: Any) -> bool:
    return all(len(bone) == 2 and all(_is_count(j, 0) for j in bone) for bone in value)


def _is_crop(value: Any) -> bool:
    scale = value.get("scale") if isinstance(value, Mapping) else None
    return isinstance(scale, int | float) and scale > 0


def _is_decode(value: Any) -> bool:
    return isinstance(value, Mapping) and _is_text(value.get("method"))


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


#: Field, its check and what it must be, in words.
_RULES = (
    ("preset", _is_text, "a name"),
    ("image_size", _is_size, "[height, width] in pixels"),
    ("keypoint_names", _is_names, "a list of names"),
    ("skeleton", _is_bones, "a list of pairs of keypoint indices"),
    ("crop", _is_crop, '{"scale": number above 0}'),
    ("decode", _is_decode, '{"method": name}'),
    ("precision", PRECISIONS.__contains__, f"one of {', '.join(PRECISIONS)}"),
    ("trained", lambda value: isinstance(value, bool), "true or false"),
    ("parameters", _is_count, "a number of weights"),
    ("macs", lambda value: _is_count(value, 0), "a number of operations"),
    ("licence", _is_text, "a licence's name"),
    ("training_data", lambda value: isinstance(value, str), "a text"),
    ("accuracy", _is_mapping, "an object"),
    ("versions", _is_mapping, "an object"),
    ("export", _is_mapping, "an object"),
    ("kind", KINDS.__contains__, f"one of {', '.join(KINDS)}"),
    ("handedness", lambda value: isinstance(value, bool), "true or false"),
    ("presence", lambda value: isinstance(value, bool), "true or false"),
)

#: What `metadata.json` must hold; accuracy and versions may be empty but not absent.
#: Files from before there were detectors and such heads do not speak of them, and only
#: exported ones hold what the export measured.
_OPTIONAL = ("kind", "handedness", "presence", "export")

_REQUIRED = (
    "format",
    "num_keypoints",
    *(name for name, _, _ in _RULES if name not in _OPTIONAL),
)
