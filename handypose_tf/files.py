"""Writing whole files: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from handypose_tf.errors import OutputError


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file beside its place and rename it there; folders are made.

    A link keeps being a link, and a device such as `/dev/stdout` is written as it is.

    Returns:
        The path as it was given.

    Raises:
        OutputError: If the file cannot be written; nothing is left behind.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))
    with _as_output_error(path):
        if path.exists() and not target.is_file() and not target.is_dir():
            path.write_bytes(data)
        else:
            _replace(target, data)
    return path


def write_checksum(path: str | os.PathLike[str]) -> str:
    """Write a file's SHA-256 beside it, as `sha256sum` does; returns the digest.

    Raises:
        OutputError: If it cannot be written.
    """
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    write_bytes(f"{path}.sha256", f"{digest}  {Path(path).name}\n".encode())
    return digest


def write_json(path: str | os.PathLike[str], value: Any) -> Path:
    """Write a value as indented JSON; numbers that JSON does not know are refused.

    Raises:
        OutputError: If the file cannot be written.
        ValueError: If the value holds a NaN or an infinity.
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return write_bytes(path, f"{text}\n".encode())


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out before long work whether a file can be written; nothing is left.

    Raises:
        OutputError: If it cannot.
    """
    target = Path(os.path.realpath(path))
    with _as_output_error(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        folder = next(place for place in target.parents if place.exists())
        with tempfile.TemporaryFile(dir=folder):
            pass


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside `path` to write to; at the end it takes its place.

    For writers that want a path and not bytes; the ending is the same. Folders are
    made. After an error nothing is left behind.

    Raises:
        OutputError: If the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    part = _part(target).with_suffix(target.suffix)
    with _as_output_error(path):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with _as_output_error(path):
            os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _as_output_error(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot write: {reason}; choose a place") from error


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _part(target)
    try:
        part.write_bytes(data)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _part(target: Path) -> Path:
    return target.with_name(f".handypose-{os.getpid()}-{os.urandom(4).hex()}.part")
