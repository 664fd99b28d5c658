from __future__ import annotations

from collections.abc import Iterator

import pytest
from tensorflow import keras


@pytest.fixture
def mixed_float16() -> Iterator[None]:
    """Make float16 the type that new layers compute in."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    yield
    keras.mixed_precision.set_global_policy("float32")
