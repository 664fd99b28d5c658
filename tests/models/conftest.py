from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_models import SMALL, scatter_weights

from handypose_tf.models import HandyPose, handypose


@pytest.fixture(scope="module")
def small_model() -> HandyPose:
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    scatter_weights(model)
    return model
