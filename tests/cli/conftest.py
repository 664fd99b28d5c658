from __future__ import annotations

from pathlib import Path

import pytest
from dot_model import dot_image

from handypose_tf.images import write_image


@pytest.fixture
def centers() -> list[tuple[int, int]]:
    return [(120, 80), (160, 130), (110, 150)]


@pytest.fixture
def photo(tmp_path, centers) -> Path:
    """A picture of 400 x 300 pixels with one hand of dots."""
    return write_image(tmp_path / "in" / "photo.png", dot_image(300, 400, centers, 9))
