"""Names of files for native libraries, which want UTF-8."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def native_path(path: str | os.PathLike[str]) -> Iterator[str]:
    """Give a name in UTF-8: the file's own, or that of a link which is gone at the end.

    Of another name OpenCV 5 ends the process. A file that is opened meanwhile, for
    reading or writing, may stay open.
    """
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory() as folder:
            suffix = Path(name).suffix.encode("ascii", "ignore").decode()
            link = Path(folder, f"file{suffix}")
            link.symlink_to(os.path.abspath(name))
            yield os.fspath(link)
    else:
        yield name
