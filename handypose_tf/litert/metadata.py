"""What a model file says of itself: `metadata.json` in a zip appended to a `.tflite`.

A `.tflite` may carry a zip archive behind its own bytes; interpreters pass over it and
`unzip` opens it. The members that other tools put there stay.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from handypose_tf.errors import ModelError
from handypose_tf.files import write_bytes
from handypose_tf.files.file_kind import why_unreadable
from handypose_tf.litert.precision import PRECISIONS

FORMAT = "handypose-tf/1"
MEMBER = "metadata.json"

#: What bytes 4 to 8 of every `.tflite` file are.
_TFLITE = b"TFL3"

#: What a network gives: the keypoints of one hand in a crop, or the hands of a picture.
KINDS = ("pose", "detector")

_REMEDY = "`handypose export` writes them"

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True)
class Decode:
    """How keypoints or hands are made of a network's raw output.

    Attributes:
        method: Of `DecodeHeatmaps`; `"coordinates"`, where a network gives them itself;
            of a detector `"centers"` or `"palms"`.
        max_hands: How many a detector gives.
        cell_offset: Pixel that cell 0 of the heatmaps stands for; cells are centred
            without it.
        calibration: Slope and offset that make scores of the peaks.
        min_score: What a hand that is found must score.
        keep_score: What a hand that is followed must score.
    """

    method: str
    max_hands: int | None = None
    cell_offset: float | None = None
    calibration: tuple[float, float] | None = None
    min_score: float | None = None
    keep_score: float | None = None


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a model is to those who use it.

    Attributes:
        preset: Name of the preset that the model was built from.
        image_size: `(height, width)` of the input, pixels.
        keypoint_names: One a keypoint, in the model's order; none for a detector.
        skeleton: Bones as pairs of keypoint indices.
        crop_scale: Side of the square crop over the longer side of the hand's tight
            box.
        decode: How the result is made, and from which score on it counts.
        handedness: Whether the model also tells left hands from right ones.
        presence: Whether the model also tells hands from what is none.
        world: Whether the model also gives the keypoints in three dimensions, metres.
        trained: Whether the weights were trained on hands.
        licence: Licence of the weights.
        training_data: What the weights were trained on, and its licences.
        accuracy: Name of a protocol to its figure, e.g. `{"coco pck_box@.2": 0.48}`.
    """

    preset: str
    image_size: tuple[int, int]
    keypoint_names: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()
    crop_scale: float = 1.0
    decode: Decode
    handedness: bool = False
    presence: bool = False
    world: bool = False
    trained: bool = False
    licence: str = "none: untrained"
    training_data: str = "none"
    accuracy: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse values that no model has, naming the field."""
        for name, (is_good, wanted) in _RULES.items():
            value = getattr(self, name, None)
            if hasattr(self, name) and not is_good(value):
                raise ModelError(f"field {name!r} must be {wanted}, is {value!r}")
        last = self.num_keypoints - 1
        if any(not 0 <= joint <= last for bone in self.skeleton for joint in bone):
            raise ModelError(
                f"field 'skeleton' must hold places in keypoint_names, 0..{last}"
            )

    @property
    def num_keypoints(self) -> int:
        """Number of keypoints."""
        return len(self.keypoint_names)

    @property
    def kind(self) -> str:
        """What it is, one of `KINDS`."""
        return "pose" if self.keypoint_names else "detector"


@dataclass(frozen=True, kw_only=True)
class ModelMetadata(ModelFacts):
    """The facts that prediction, cards and tables need of a model's file.

    Attributes:
        precision: One of `PRECISIONS`.
        parameters: Number of weights.
        macs: Multiply-accumulate operations of one run.
        versions: Package to version, of what made the file.
        export: What `handypose export` measured when it wrote the file.
    """

    precision: str
    parameters: int
    macs: int
    versions: Mapping[str, str] = field(default_factory=dict)
    export: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return what `metadata.json` holds."""
        values = {name: plain(value) for name, value in vars(self).items()}
        crop = {"scale": values.pop("crop_scale")}
        known = {n: value for n, value in values["decode"].items() if value is not None}
        values |= {"crop": crop, "decode": known, "kind": self.kind}
        return {"format": FORMAT, **values, "num_keypoints": self.num_keypoints}

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
        crop, decode = values["crop"], values["decode"]
        if not isinstance(crop, Mapping) or "scale" not in crop:
            raise ModelError(f"field 'crop' must be {_CROP}, is {crop!r}")
        if not isinstance(decode, Mapping) or "method" not in decode:
            raise ModelError(f"field 'decode' must be {_DECODE}, is {decode!r}")
        parts = {"crop_scale": crop["scale"], "decode": known_fields(Decode, decode)}
        metadata = known_fields(cls, {**values, **parts})
        if values.get("kind", "pose") != metadata.kind:
            raise ModelError(
                f"field 'kind' is {values['kind']!r}, but there are "
                f"{metadata.num_keypoints} keypoint_names: a pose model has some, a "
                "detector none"
            )
        if values["num_keypoints"] != metadata.num_keypoints:
            raise ModelError(
                f"field 'num_keypoints' is {values['num_keypoints']!r}, but there are "
                f"{metadata.num_keypoints} keypoint_names"
            )
        return metadata


def known_fields(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """Build a record from those of some values that are its fields; lists as tuples."""
    names = {each.name for each in fields(cast(Any, kind))} & values.keys()
    return kind(**{name: frozen(values[name]) for name in names})


def frozen(value: Any) -> Any:
    """Return plain values with tuples in the place of lists."""
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    is_object = isinstance(value, Mapping)
    return {name: frozen(v) for name, v in value.items()} if is_object else value


def plain(value: Any) -> Any:
    """Return values of records as JSON has them: lists and dictionaries."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [*map(plain, value)]
    if is_dataclass(value):
        value = vars(value)
    is_object = isinstance(value, Mapping)
    return {name: plain(v) for name, v in value.items()} if is_object else value


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


def _is_count(value: Any, lowest: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= lowest


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_size(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(map(_is_count, value))


def _is_names(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))


def _is_bones(value: Any) -> bool:
    pairs = isinstance(value, tuple) and all(isinstance(b, tuple) for b in value)
    return pairs and all(len(b) == 2 and all(_is_count(i, 0) for i in b) for b in value)


def _is_a(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_CROP, _DECODE = '{"scale": number above 0}', '{"method": name}'

#: Field -> its check and what it must be, in words.
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "preset": (_is_text, "a name"),
    "image_size": (_is_size, "[height, width] in pixels"),
    "keypoint_names": (_is_names, "a list of names"),
    "skeleton": (_is_bones, "a list of pairs of keypoint indices"),
    "crop_scale": (
        lambda value: isinstance(value, int | float) and value > 0,
        f"a number above 0, as in crop: {_CROP}",
    ),
    "decode": (
        lambda value: isinstance(value, Decode) and _is_text(value.method),
        _DECODE,
    ),
    "precision": (PRECISIONS.__contains__, f"one of {', '.join(PRECISIONS)}"),
    "trained": (_is_a(bool), "true or false"),
    "parameters": (_is_count, "a number of weights"),
    "macs": (lambda value: _is_count(value, 0), "a number of operations"),
    "licence": (_is_text, "a licence's name"),
    "training_data": (_is_a(str), "a text"),
    "accuracy": (_is_a(Mapping), "an object"),
    "versions": (_is_a(Mapping), "an object"),
    "export": (_is_a(Mapping), "an object"),
    "handedness": (_is_a(bool), "true or false"),
    "presence": (_is_a(bool), "true or false"),
    "world": (_is_a(bool), "true or false"),
}

#: What `metadata.json` must hold; accuracy and versions may be empty but not absent.
#: Files from before there were detectors and such heads do not speak of them, and only
#: exported ones hold what the export measured.
_OPTIONAL = {"handedness", "presence", "world", "export", "crop_scale"}

_REQUIRED = (
    *("format", "num_keypoints", "crop"),
    *(name for name in _RULES if name not in _OPTIONAL),
)
