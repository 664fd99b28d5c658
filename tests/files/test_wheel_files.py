from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from handypose_tf.errors import DataError, OutputError
from handypose_tf.files.wheel_files import WheelFiles, cache_folder

CONTENT = b"a network"
FILES = WheelFiles(
    "package==1.0",
    ("--platform", "any"),
    {"package/models/one.tflite": hashlib.sha256(CONTENT).hexdigest()},
)


def pip(content: bytes, code: int = 0) -> Callable[..., SimpleNamespace]:
    """Return what stands in for `subprocess.run`: a pip that writes a wheel."""

    def run(words: list[str], **_: object) -> SimpleNamespace:
        assert words[1:4] == ["-m", "pip", "download"]
        assert "package==1.0" in words
        if not code:
            wheel = Path(words[-1]) / "package-1.0-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr("package/models/one.tflite", content)
        return SimpleNamespace(returncode=code, stderr="details\nno network\n")

    return run


def test_a_cache_that_cannot_be_written_is_told_with_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("no folder")
    monkeypatch.setenv("HANDYPOSE_CACHE", str(tmp_path / "home" / "cache"))
    monkeypatch.setattr(subprocess, "run", pip(CONTENT))
    with pytest.raises(OutputError, match="set HANDYPOSE_CACHE to a folder that can"):
        FILES.fetch()


def test_the_cache_may_be_named_by_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("HANDYPOSE_CACHE", "~/models")
    assert cache_folder() == Path("/home/me/models")
    monkeypatch.setenv("HANDYPOSE_CACHE", "")
    assert cache_folder() == Path.home() / ".cache/handypose_tf"
    monkeypatch.delenv("HANDYPOSE_CACHE")
    assert cache_folder() == Path("/home/me/.cache/handypose_tf")


def test_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDYPOSE_CACHE", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", pip(CONTENT))
    folder = FILES.fetch()
    assert folder == cache_folder() / "package-1.0" == tmp_path / "package-1.0"
    assert [path.name for path in folder.iterdir()] == ["one.tflite"]
    monkeypatch.setattr(subprocess, "run", pip(CONTENT, code=1))
    assert FILES.fetch() == folder


def test_without_a_network_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", pip(CONTENT, code=1))
    with pytest.raises(DataError) as caught:
        FILES.fetch(tmp_path)
    message = str(caught.value)
    assert "no network" in message and "one.tflite" in message
    assert "pip download" in message and str(tmp_path) in message
    assert "\n" not in message


def test_another_file_of_that_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", pip(b"other"))
    with pytest.raises(DataError, match=r"one\.tflite: not the file of package==1\.0"):
        FILES.fetch(tmp_path)
