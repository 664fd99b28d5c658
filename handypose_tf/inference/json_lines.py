"""JSON Lines files that grow line by line and can be taken up again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from handypose_tf.errors import OutputError


class JsonLinesFile:
    """Writes one JSON object a line, each at once.

    The lines gather in `PATH.part`, which becomes `PATH` when the file is closed, also
    after an error; only a killed process leaves `PATH.part` behind. A device such as
    `/dev/stdout` is written as it is.

    Args:
        path: The file; folders are made.
        resume: Go on behind the whole lines of `PATH.part` or `PATH`.

    Raises:
        OutputError: If the file cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool = False) -> None:
        self._path = Path(path)
        self._is_device = self._path.exists() and not self._path.is_file()
        self._part = self._path.with_name(f"{self._path.name}.part")
        #: The objects of the lines that were there.
        self.found: list[dict[str, Any]] = []
        try:
            self._file = self._open(resume)
        except OSError as error:
            raise self._error(error) from error

    def write(self, entry: dict[str, Any]) -> None:
        """Append an object."""
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False)
        try:
            self._file.write(f"{text}\n")
            self._file.flush()
        except OSError as error:
            raise self._error(error) from error

    def close(self) -> None:
        """Put the file in its place."""
        self._file.close()
        if not self._is_device:
            os.replace(self._part, self._path)

    def __enter__(self) -> JsonLinesFile:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place, whatever happened: its lines are whole."""
        self.close()

    def _open(self, resume: bool) -> TextIO:
        if self._is_device:
            return self._path.open("w", encoding="utf-8")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if resume and self._path.is_file() and not self._part.is_file():
            os.replace(self._path, self._part)
        if not (resume and self._part.is_file()):
            return self._part.open("w", encoding="utf-8")
        self.found = _cut_to_whole_lines(self._part)
        return self._part.open("a", encoding="utf-8")

    def _error(self, error: OSError) -> OutputError:
        reason = error.strerror or error
        return OutputError(f"{self._path}: cannot write: {reason}; choose a place")


def _cut_to_whole_lines(path: Path) -> list[dict[str, Any]]:
    """Return a file's objects; what follows the last whole line is cut off."""
    found: list[dict[str, Any]] = []
    with path.open("r+b") as file:
        end = 0
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n") or not isinstance(entry, dict):
                break
            found.append(entry)
            end += len(line)
        file.truncate(end)
    return found
