from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "inference"))

from dot_model import dot_image, write_dot_model

from handypose_tf.images import write_image


@pytest.fixture(scope="session")
def dot_model(tmp_path_factory) -> Path:
    """A float32 `.tflite` that finds coloured dots and gives heatmaps."""
    folder = tmp_path_factory.mktemp("models")
    return write_dot_model(folder / "handypose_dots_64_float32.tflite")


@pytest.fixture
def centers() -> list[tuple[int, int]]:
    return [(120, 80), (160, 130), (110, 150)]


@pytest.fixture
def photo(tmp_path, centers) -> Path:
    """A picture of 400 x 300 pixels with one hand of dots."""
    return write_image(tmp_path / "in" / "photo.png", dot_image(300, 400, centers, 9))
