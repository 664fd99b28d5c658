"""Writing whole files: a reader sees the old file or the new one, never half of one.

`-`, `/dev/stdout` and their like are standard output, which is written as it is.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from handypose_tf.errors import OutputError

_STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")

#: A disk or a quota that is full, a disk that fails.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

#: What stands in a file's name for bytes that are no UTF-8.
_SURROGATE = re.compile("[\ud800-\udfff]")


def is_standard_output(path: str | os.PathLike[str] | None) -> bool:
    """Tell whether results go to standard output, so that words for people must not."""
    return path is not None and os.fspath(path) in _STANDARD_OUTPUT


def is_device(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is written as it is: standard output, a pipe, a terminal."""
    path = Path(path)
    is_other = path.exists() and not (path.is_file() or path.is_dir())
    return is_standard_output(path) or is_other


def open_device(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a device; standard output a second time, behind what was printed on it."""
    if not is_standard_output(path):
        return open(path, "wb")
    sys.stdout.flush()
    return os.fdopen(os.dup(1), "wb")


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON that is UTF-8, whatever the names of files in it are.

    A byte that is no UTF-8 becomes the escape of its surrogate (PEP 383), which
    `json.loads` and `os.fsencode` turn back.

    Raises:
        ValueError: If the value holds a NaN or an infinity.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file beside its place and rename it there; folders are made.

    A link keeps being a link, and a device is written as it is.

    Returns:
        The path as it was given.

    Raises:
        OutputError: If the file cannot be written; nothing is left behind.
    """
    path = Path(path)
    target = Path(os.path.realpath(path))
    with as_output_error(path):
        if is_device(path):
            with open_device(path) as file:
                file.write(data)
        else:
            _replace(target, data)
    return path


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file as hexadecimal text, read in parts."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksum(path: str | os.PathLike[str]) -> str:
    """Write a file's SHA-256 beside it, as `sha256sum` does; returns the digest.

    Raises:
        OutputError: If it cannot be written.
    """
    digest = file_sha256(path)
    write_bytes(f"{path}.sha256", f"{digest}  {Path(path).name}\n".encode())
    return digest


def write_json(path: str | os.PathLike[str], value: Any) -> Path:
    """Write a value as indented JSON; numbers that JSON does not know are refused.

    Raises:
        OutputError: If the file cannot be written.
        ValueError: If the value holds a NaN or an infinity.
    """
    return write_bytes(path, f"{json_text(value, indent=1)}\n".encode())


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out before long work whether a file can be written; nothing is left.

    Raises:
        OutputError: If it cannot.
    """
    path = Path(path)
    if is_device(path):
        return
    target = Path(os.path.realpath(path))
    with as_output_error(path):
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
    with as_output_error(path):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with as_output_error(path):
            os.replace(part, target)
    except OSError as error:
        if is_full(error):
            raise output_error(path, error) from error
        raise
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def as_output_error(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what the system says while `path` is written into an `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader has gone: no fault
    except OSError as error:
        raise output_error(path, error) from error


def output_error(path: str | os.PathLike[str], error: OSError) -> OutputError:
    """Return the line that says why a file cannot be written."""
    remedy = "make room or choose a place" if is_full(error) else "choose a place"
    reason = error.strerror or str(error)
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = "a file is where a folder is to be"
    return OutputError(f"{path}: cannot write: {reason}; {remedy}")


def is_full(error: OSError) -> bool:
    """Tell whether it is the disk's fault, and not that of who reads or writes."""
    return error.errno in _FULL


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
