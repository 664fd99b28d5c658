from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import handypose_tf
from handypose_tf.litert.shipped import find_model

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
ASSETS = Path(handypose_tf.__file__).parent / "assets"


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The shipped file that predicts by default."""
    return find_model("handypose_lite0")


@pytest.fixture(scope="session")
def photo() -> Path:
    return ASSETS / "demo_hand.jpg"


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    return json.loads((ASSETS / "demo_hand.json").read_text("utf-8"))
