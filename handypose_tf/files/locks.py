"""One run at a time: a file or folder that a run writes is held against others.

The hold ends with the process, however it ends. Windows, which has no `flock`, keeps a
file that is open from being replaced by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from handypose_tf.errors import OutputError
from handypose_tf.files import as_output_error

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Of the file that holds a folder.
LOCK_NAME = ".handypose.lock"


def lock(file: IO[Any], path: Path) -> bool:
    """Hold an open file against other runs; `False` if another one has it.

    Args:
        file: Held until it is closed.
        path: Where it lies; what has been put elsewhere meanwhile is another's.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system that knows no locks
        return True
    return path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())


@contextmanager
def held_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Hold a folder against other runs; it is made, and taken away if it stays empty.

    Raises:
        OutputError: If another run has it, or it cannot be written.
    """
    folder = Path(folder)
    is_new = not folder.exists()
    with as_output_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("ab")
    with file:
        if not lock(file, folder / LOCK_NAME):
            raise OutputError(f"{folder}: another run is writing there; wait for it")
        try:
            yield folder
        finally:
            (folder / LOCK_NAME).unlink(missing_ok=True)
            if is_new:
                with suppress(OSError):  # something has been written
                    folder.rmdir()
