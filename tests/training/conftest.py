from __future__ import annotations

import layouts
import pytest


@pytest.fixture(scope="session")
def hands(tmp_path_factory) -> str:
    """24 hands on smooth random pictures, as FORMAT:PATH."""
    folder = tmp_path_factory.mktemp("hands")
    return f"coco:{layouts.write_coco(folder, count=24)}/annotations.json"


@pytest.fixture
def some_hands(tmp_path):
    """Return a function that writes so many of such hands."""

    def write(count: int) -> str:
        folder = tmp_path / f"{count}_hands"
        return f"coco:{layouts.write_coco(folder, count=count)}/annotations.json"

    return write
