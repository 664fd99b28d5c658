"""Which layers 8 bits cost most."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import EFFICIENT, scatter_weights

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.export.layer_errors import layer_errors
from handypose_tf.models import handypose


@pytest.mark.slow
def test_the_worst_layers_come_first_under_their_own_names():
    """On a whole EfficientNet: TensorFlow's debugger fails on smaller graphs."""
    model = handypose("handypose_lite0", image_size=64, overrides=EFFICIENT)
    scatter_weights(model)
    crops = np.random.default_rng(0).integers(0, 256, (34, 64, 64, 3), np.uint8)
    with pytest.warns(UserWarning, match="noise"):
        calibration = Calibration(crops, "noise")
    found = layer_errors(model, calibration, num_crops=2)
    steps = [layer.steps for layer in found]
    assert steps == sorted(steps, reverse=True) and steps[0] > 0
    assert "heatmaps" in {layer.name for layer in found}
