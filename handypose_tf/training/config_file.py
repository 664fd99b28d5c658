"""YAML to configuration: unknown keys and wrong types are errors that name the key."""

from __future__ import annotations

import contextlib
import difflib
import math
import os
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from handypose_tf.errors import ModelError

if TYPE_CHECKING:
    from handypose_tf.training.config import RunConfig

_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class _UniqueKeys(yaml.SafeLoader):
    """Refuses a key that comes twice, of which YAML would take the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, as `SafeLoader` does."""
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a word", key.start_mark
                )
            if key.value in keys and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value} comes twice", key.start_mark
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep)


def load_config(
    path: str | os.PathLike[str], overrides: Sequence[str] = ()
) -> RunConfig:
    """Read and check a configuration.

    Args:
        path: A YAML file; see `build_config`.
        overrides: `a.b=c` texts, values in YAML; `data.train.0.source=...` reaches
            into lists.

    Raises:
        ModelError: If the file cannot be read, or a key or a value is wrong.
    """
    return build_config(read_config(path, overrides), str(path))


def read_config(
    path: str | os.PathLike[str], overrides: Sequence[str] = ()
) -> dict[str, Any]:
    """Read a YAML file and apply overrides, unchecked and without TensorFlow.

    Raises:
        ModelError: If the file cannot be read, or an override does not fit it.
    """
    try:
        content = yaml.load(Path(path).read_text("utf-8"), _UniqueKeys)
    except OSError as error:
        raise ModelError(f"{path}: cannot read: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"{path}: not a YAML file: {reason}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path}: holds no `key: value` lines")
    for override in overrides:
        _override(content, override)
    return content


def build_config(values: Mapping[str, Any], origin: str = "config") -> RunConfig:
    """Build and check a configuration from plain data.

    Args:
        values: `task`, `"pose"` if it is missing, and the keys of that task's
            configuration, `TrainConfig` or `DetectorTrainConfig`, with mappings for
            its parts.
        origin: What the values are called in messages.

    Raises:
        ModelError: If a key is unknown or missing, or a value is wrong.
    """
    from handypose_tf.training.config import TASK_CONFIGS

    task = values.get("task", "pose")
    if not (isinstance(task, str) and task in TASK_CONFIGS):
        raise ModelError(
            f"{origin}: task must be one of {[*TASK_CONFIGS]}. Received: {task!r}"
        )
    return _build(TASK_CONFIGS[task], values, origin, "")


def _override(content: dict[str, Any], override: str) -> None:
    """Set one value in nested mappings and lists."""
    path, equals, text = override.partition("=")
    if not equals or not path:
        raise ModelError(f"--set {override}: write KEY.KEY=VALUE")
    *parents, last = path.split(".")
    place: Any = content
    try:
        for key in parents:
            place = (
                place[int(key)]
                if isinstance(place, list)
                else place.setdefault(key, {})
            )
        place[int(last) if isinstance(place, list) else last] = yaml.safe_load(text)
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ModelError(f"--set {override}: there is no such place") from error
    except yaml.YAMLError as error:
        raise ModelError(f"--set {override}: the value is no YAML") from error


def _build(kind: type, values: Any, origin: str, path: str) -> Any:
    """Build one dataclass from a mapping."""
    place = f"{origin}: {path or 'the file'}"
    known = {f.name: f for f in fields(kind)}
    if not isinstance(values, Mapping):
        raise ModelError(
            f"{place} must hold keys ({', '.join(known)}). Received: {values!r}"
        )
    prefix = f"{path}." if path else ""
    for key in values:
        if key not in known:
            raise ModelError(f"{origin}: {_unknown(str(key), prefix, [*known])}")
    for name, f in known.items():
        if name not in values and f.default is f.default_factory is MISSING:
            raise ModelError(f"{origin}: the key {prefix}{name} is missing")
    hints = typing.get_type_hints(kind)
    parts = {
        key: _convert(hints[key], value, origin, f"{prefix}{key}")
        for key, value in values.items()
    }
    try:
        return kind(**parts)
    except ValueError as error:
        raise ModelError(f"{place}: {error}") from error


def _convert(hint: Any, value: Any, origin: str, path: str) -> Any:
    """Turn a YAML value into what a field wants."""
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if is_dataclass(hint):
        return _build(typing.cast(type, hint), value, origin, path)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ModelError(f"{origin}: {path} must be a list. Received: {value!r}")
        part = typing.get_args(hint)[0]
        return tuple(
            _convert(part, item, origin, f"{path}.{i}") for i, item in enumerate(value)
        )
    if typing.get_origin(hint) is dict:
        if not isinstance(value, dict):
            raise ModelError(f"{origin}: {path} must hold keys. Received: {value!r}")
        return value
    return _scalar(hint, value, origin, path)


def _scalar(kind: Any, value: Any, origin: str, path: str) -> Any:
    """Check a number, a text or a switch; YAML reads `1e-3` as text.

    A text that begins with `~/` is a path in the home.
    """
    if kind is float and isinstance(value, str | int) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            if math.isfinite(number := float(value)):
                return number
    elif kind is float and type(value) is float:
        if math.isfinite(value):
            return value
    elif type(value) is kind:
        is_home = kind is str and value.split("/")[0] == "~"
        return os.path.expanduser(value) if is_home else value
    raise ModelError(f"{origin}: {path} must be {_NAMES[kind]}. Received: {value!r}")


def _unknown(key: str, prefix: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = (
        f"did you mean {prefix}{close[0]}?" if close else f"known: {', '.join(known)}"
    )
    return f"unknown key {prefix}{key}; {hint}"
