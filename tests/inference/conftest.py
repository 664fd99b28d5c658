from __future__ import annotations

from pathlib import Path

import pytest
from dot_model import write_dot_model


@pytest.fixture(scope="session")
def dot_model(tmp_path_factory) -> Path:
    """A float32 `.tflite` that finds coloured dots and gives heatmaps."""
    folder = tmp_path_factory.mktemp("models")
    return write_dot_model(folder / "handypose_dots_64_float32.tflite")
