from __future__ import annotations

import pytest
from small_models import SMALL, scatter_weights

from handypose_tf.models import HandyPose, handypose


@pytest.fixture(scope="module")
def small_model() -> HandyPose:
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    scatter_weights(model)
    return model
