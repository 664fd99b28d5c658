"""Fixtures that every test may use, and which tests `make test-slow` runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dot_model import write_dot_model

from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("handypose")
    group.addoption("--note-skipped", metavar="FILE", help="name what is skipped there")
    group.addoption(
        "--slow-and-skipped",
        metavar="FILE",
        help="run slow tests and those named in FILE, all if it is missing",
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--note-skipped")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkippedNames(Path(path)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    path = config.getoption("--slow-and-skipped")
    if path and Path(path).is_file():
        names = set(Path(path).read_text("utf-8").splitlines())
        left_out = [item for item in items if not is_slow_or_named(item, names)]
        items[:] = [item for item in items if is_slow_or_named(item, names)]
        config.hook.pytest_deselected(items=left_out)


def is_slow_or_named(item: pytest.Item, names: set[str]) -> bool:
    """Tell whether a test is slow, or it or its file was skipped."""
    own = {item.nodeid, item.nodeid.partition("::")[0]}
    return item.get_closest_marker("slow") is not None or bool(own & names)


class SkippedNames:
    """Writes the names of the tests, and of the files, that a run skips."""

    def __init__(self, path: Path) -> None:
        self._path, self._names = path, set[str]()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._names |= {report.nodeid} if report.skipped else set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._names |= {report.nodeid} if report.skipped else set()

    def pytest_sessionfinish(self) -> None:
        self._path.write_text("\n".join(sorted(self._names)), "utf-8")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder with golden outputs and real photos; the test skips where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("HANDYPOSE_SHARED", default))
    if not (folder / "golden").is_dir():
        pytest.skip(f"needs the shared folder with golden outputs (looked in {folder})")
    return folder


@pytest.fixture(scope="session")
def dot_model(tmp_path_factory) -> Path:
    """A float32 `.tflite` that finds coloured dots and gives heatmaps."""
    folder = tmp_path_factory.mktemp("models")
    return write_dot_model(folder / "handypose_dots_64_float32.tflite")


@pytest.fixture(scope="session")
def mediapipe_folder() -> Path:
    """MediaPipe's model files, where they are in the cache already."""
    folder = cache_folder() / MEDIAPIPE_FILES.requirement.replace("==", "-")
    names = [Path(path).name for path in MEDIAPIPE_FILES.sha256]
    if not all((folder / name).is_file() for name in names):
        pytest.skip(f"needs MediaPipe's model files (run handypose label): {folder}")
    return folder
