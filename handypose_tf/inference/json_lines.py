"""JSON Lines files that grow line by line and can be taken up again."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any, BinaryIO

from handypose_tf.errors import OutputError
from handypose_tf.files import as_output_error, is_device, json_text, open_device
from handypose_tf.files.locks import lock


class JsonLinesFile(contextlib.AbstractContextManager["JsonLinesFile"]):
    """Writes one JSON object a line, each at once.

    The lines gather in `PATH.part`, which becomes `PATH` when the file is closed. After
    an error, or without a line, `PATH` stays as it was; lines that were written stay in
    `PATH.part`, as after a kill, and can be taken up. A device is written as it is.

    Args:
        path: The file; folders are made.
        resume: Go on behind the whole lines of `PATH.part` or `PATH`.

    Raises:
        OutputError: If the file cannot be written, or another run is writing it.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool = False) -> None:
        self._path = Path(path)
        self._is_device = is_device(path) or self._path.is_dir()
        self._part = self._path.with_name(f"{self._path.name}.part")
        self._has_lines = False
        #: What `image` is in each line that was there.
        self.found: set[str] = set()
        with as_output_error(self._path):
            self._file = self._open(resume)

    def write(self, entry: dict[str, Any]) -> None:
        """Append an object."""
        line = f"{json_text(entry)}\n".encode()
        with as_output_error(self._path):
            self._file.write(line)
            self._file.flush()
        self._has_lines = True

    def close(self) -> None:
        """Put the file in its place, if it has lines."""
        with as_output_error(self._path):
            self._file.close()
            if self._is_device:
                return
            if self._has_lines:
                os.replace(self._part, self._path)
            else:
                self._part.unlink(missing_ok=True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Put the file in its place; after an error leave what is there."""
        if error is None:
            self.close()
            return
        with contextlib.suppress(OSError):  # what cannot be flushed: a full disk
            self._file.close()
        if not self._has_lines and not self._is_device:
            self._part.unlink(missing_ok=True)

    def _open(self, resume: bool) -> BinaryIO:
        if self._is_device:
            return open_device(self._path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._part.open("ab")
        if not lock(file, self._part):
            file.close()
            raise OutputError(f"{self._path}: another run is writing it; wait for it")
        self._fill(resume, is_new=file.tell() == 0)
        return file

    def _fill(self, resume: bool, is_new: bool) -> None:
        """Empty the part, or bring it to the whole lines that are there."""
        if not resume:
            os.truncate(self._part, 0)
            return
        if is_new and self._path.is_file():
            shutil.copyfile(self._path, self._part)
        self.found = _cut_to_whole_lines(self._part)
        self._has_lines = self._part.stat().st_size > 0


def _cut_to_whole_lines(path: Path) -> set[str]:
    """Return a file's images; what follows the last whole line is cut off.

    The lines themselves are not kept: a resumed run's memory does not grow with them.
    """
    found: set[str] = set()
    with path.open("r+b") as file:
        end = 0
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n") or not isinstance(entry, dict):
                break
            found.add(str(entry.get("image")))
            end += len(line)
        file.truncate(end)
    return found
