"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dot_model import write_dot_model

from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES


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
