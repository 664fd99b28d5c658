"""Model files that move between Keras 2 and Keras 3.

A `.keras` file is a zip of `config.json` and `model.weights.h5`. Keras reads only what
its own generation wrote; here a model is rebuilt from its builder's settings and its
weights are assigned one by one, so that a file of either generation loads in both.
Nothing in a file is run as code.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import tempfile
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.checks import check_suffix
from handypose_tf.errors import ModelError
from handypose_tf.files import write_bytes
from handypose_tf.files.file_kind import (
    DETECTOR_CLASS,
    described_class,
    keras_class,
    why_unreadable,
)
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.litert.shipped import find_weights
from handypose_tf.models.described_model import DescribedModel
from handypose_tf.models.description import HEADS, Description
from handypose_tf.models.detector import HandyPoseDetector
from handypose_tf.models.half_weights import halve_weights
from handypose_tf.models.network import HandyPose
from handypose_tf.weights.assign import assign, summary

_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"

#: What h5py raises of a file that is broken or holds other things.
_BROKEN_WEIGHTS = (
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)

#: Where Keras puts an underscore when it names a layer's place after its class.
_WORD_STARTS = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")

#: What a description that is none may raise.
_BROKEN = (TypeError, ValueError, LookupError, AttributeError)

Model = TypeVar("Model", bound=DescribedModel)

#: Class of a model -> what opens its files.
_OPENED_BY = {
    "HandyPose": "load_model",
    DETECTOR_CLASS: "load_detector",
}


def load_model(
    path: str | os.PathLike[str], *, backbone: keras.Model | None = None
) -> HandyPose:
    """Load a model from a `.keras` file of any Keras generation.

    Args:
        path: A file that `save_model`, `model.save` or a checkpoint callback wrote; or
            the name of a shipped model, as `HandPoseEstimator` takes it.
        backbone: For a model on your own backbone, that backbone built anew; needed
            only to load the file in another Keras generation than it was saved in.

    Raises:
        ModelError: If the file is missing, is none of this library's models, or its
            weights do not fill every variable exactly once.

    Examples:
        >>> model = load_model("handypose_lite0")
        >>> model.image_size
        (224, 224)
    """
    return _load(HandyPose, path, backbone)


def load_detector(path: str | os.PathLike[str]) -> HandyPoseDetector:
    """Load a hand detector from a `.keras` file of any Keras generation, or by name.

    Raises:
        ModelError: As `load_model`.
    """
    return _load(HandyPoseDetector, path)


def load_any(path: str | os.PathLike[str]) -> DescribedModel:
    """Load a pose network or a hand detector, whichever a file holds.

    Raises:
        ModelError: As `load_model`.
    """
    is_detector = keras_class(find_weights(path)[0]) == DETECTOR_CLASS
    return _load(HandyPoseDetector if is_detector else HandyPose, path)


def load_weights(model: DescribedModel, path: str | os.PathLike[str]) -> None:
    """Load the weights of a `.weights.h5` or `.keras` file, or by name, into a model.

    A head that the file does not have stays as it is, with a warning; one that the
    model does not have is left out.

    Raises:
        ModelError: As `load_model`.
    """
    if not str(path).endswith(".h5"):
        path = find_weights(path)[0]
        weights = _read(path, type(model))[1]
    else:
        try:
            weights = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: cannot read: {error.strerror}") from error
    twin = _twin_that_fits(model, weights)
    if twin is None:
        _assign(model, weights, str(path))
        return
    for head in HEADS:
        if getattr(model.description, head) and head not in twin.output:
            warnings.warn(
                f"{path} has no {head} head; the model's begins untrained", stacklevel=2
            )
    _assign(twin, weights, str(path))
    theirs = {layer.name: layer for layer in twin.layers}
    for layer in model.layers:
        if layer.name in theirs:
            layer.set_weights(theirs[layer.name].get_weights())


def read_description(
    path: str | os.PathLike[str], kind: type[DescribedModel]
) -> Description:
    """Return what a file, or one by name, says of a class's model; nothing is built.

    Raises:
        ModelError: If there is no such file or it is of something else.
    """
    path, side = find_weights(path)
    settings = _read(path, kind)[0].get("settings")
    if not isinstance(settings, dict):
        raise ModelError(f"{path}: its model tells no settings; save it again")
    try:
        found = Description.from_dict(settings)
    except _BROKEN as error:
        raise ModelError(f"{path}: its model is not described ({error!r})") from error
    return found if side is None else found.with_facts(image_size=side)


def save_model(
    model: keras.Model, path: str | os.PathLike[str], *, half: bool = False
) -> Path:
    """Save a model as a `.keras` file, written beside its place and renamed.

    Args:
        model: The model.
        path: The file.
        half: Store kernels as float16, in half the space; a loaded model computes in
            float32 all the same.

    Raises:
        ValueError: If the name does not end with `.keras`.
        OutputError: If the file cannot be written; nothing is left behind.
    """
    check_suffix(path, ".keras")
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / "model.keras"
        model.save(temporary)
        content = temporary.read_bytes()
    return write_bytes(path, halve_weights(content, _WEIGHTS) if half else content)


def _load(
    kind: type[Model], path: str | os.PathLike[str], backbone: Any = None
) -> Model:
    """Rebuild a model of a class and assign its weights."""
    path, side = find_weights(path)
    config, weights = _read(path, kind)
    if backbone is not None:
        config["backbone"] = backbone
    try:
        model = kind.from_config(config)
    except _BROKEN as error:
        reason = f"its model cannot be rebuilt ({str(error)[:120]})"
        if isinstance(config.get("backbone"), dict):
            reason = "its own backbone cannot be rebuilt here: give it as `backbone`"
        raise ModelError(f"{path}: {reason}") from error
    _assign(model, weights, str(path))
    return model if side is None else model.at_size(side)


def _read(
    path: str | os.PathLike[str], kind: type[DescribedModel]
) -> tuple[dict[str, Any], bytes]:
    """Return a file's builder settings and the bytes of its weights."""
    try:
        with zipfile.ZipFile(path) as archive:
            description = json.loads(archive.read(_CONFIG))
            weights = archive.read(_WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such model file; check the path") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        reason = _told(path) or f"not a .keras file, or cut off ({error})"
        raise ModelError(f"{path}: {reason}") from error
    name = described_class(description)
    if name != kind.__name__:
        raise ModelError(
            f"{path}: holds a {name}, not a {kind.__name__}; open it with "
            f"{_OPENED_BY.get(name, 'keras.models.load_model')}"
        )
    return dict(description["config"]), weights


def _told(path: str | os.PathLike[str]) -> str | None:
    """Return what is plainly wrong with a file; that it is a zip is not."""
    told = why_unreadable(path)
    return None if told is None or "zip" in told else told


def _twin_that_fits(model: DescribedModel, content: bytes) -> DescribedModel | None:
    """Return the same model with other heads beside the heatmaps, if weights want that.

    Files name layers by their count, so a model with another head cannot take them.
    """
    try:
        with h5py.File(io.BytesIO(content)) as file:
            stored = _stored_arrays(file)
            names = {key: _stored_name(file, key) for key in stored}
    except _BROKEN_WEIGHTS:
        return None  # it cannot be read, which `_assign` reports
    shapes = {key: [*map(np.shape, arrays)] for key, arrays in stored.items()}
    if shapes.keys() == _weighted(model).keys():
        return None
    own = model.description
    # Points of other names do not keep a file's weights from fitting.
    points_of_hand = own.points and len(own.keypoint_names) == len(KEYPOINT_NAMES)
    for flags in itertools.product((True, False), repeat=len(HEADS)):
        heads = dict(zip(HEADS, flags, strict=True))
        if not heads["world"]:
            twin = model.rebuilt(**heads)
        elif points_of_hand:
            twin = model.rebuilt(**heads, keypoint_names=KEYPOINT_NAMES)
        else:
            continue
        places = _weighted(twin)
        fits = shapes == {k: [w.shape for w in x.weights] for k, x in places.items()}
        if fits and not _moved(twin, names):
            return twin
    return None


def _weighted(model: DescribedModel) -> dict[str, Any]:
    """Return the layers that have weights by their places in a file."""
    keys = _storage_keys(model)
    return {keys[layer.name]: layer for layer in model.layers if layer.weights}


def _moved(model: DescribedModel, names: Mapping[str, str | None]) -> list[str]:
    """Return what layers lie at other layers' places, by the names that are stored.

    The names that Keras makes up for an own backbone's layers differ from run to run.
    """
    backbone = model.own_backbone()
    free = {layer.name for layer in backbone.layers} if backbone else {}
    return [
        f"{key} is {names[key]}, expected {layer}"
        for layer, key in _storage_keys(model).items()
        if layer not in free and names.get(key) not in (None, layer)
    ]


def _assign(model: DescribedModel, content: bytes, source: str) -> None:
    """Assign every stored array to the layer of its place and name."""
    try:
        with h5py.File(io.BytesIO(content)) as file:
            stored = _stored_arrays(file)
            names = {key: _stored_name(file, key) for key in stored}
    except _BROKEN_WEIGHTS as error:
        reason = _told(source) or f"its weights cannot be read ({error})"
        raise ModelError(f"{source}: {reason}") from error
    if moved := _moved(model, names):
        raise ModelError(f"{source} does not fit the model: {summary(moved)}")
    by_layer = {key: layer for layer, key in _storage_keys(model).items()}
    arrays = {by_layer.get(key, key): values for key, values in stored.items()}
    assign(model.layers, arrays, source)


def _storage_keys(model: DescribedModel) -> dict[str, str]:
    """Return each layer's name with its place in a file: its class and a count."""
    counts: defaultdict[str, int] = defaultdict(int)
    keys = {}
    for layer in model.layers:
        kind = _WORD_STARTS.sub("_", type(layer).__name__).lower()
        keys[layer.name] = kind if not counts[kind] else f"{kind}_{counts[kind]}"
        counts[kind] += 1
    return keys


def _stored_arrays(file: h5py.File) -> dict[str, list[NDArray]]:
    """Return the arrays of every stored layer that has some, by its place."""
    arrays = {}
    for key, group in file["layers"].items():
        variables = group.get("vars", {})
        values = [np.asarray(variables[i]) for i in sorted(variables, key=int)]
        if values:
            arrays[key] = values
    return arrays


def _stored_name(file: h5py.File, key: str) -> str | None:
    """Return a stored layer's own name; Keras 2 stores none."""
    name = file["layers"][key]["vars"].attrs.get("name")
    return name.decode() if isinstance(name, bytes) else name
