"""What freezing freezes, for both families of backbones."""

from __future__ import annotations

import pytest
import tiny

from handypose_tf.models import handypose
from handypose_tf.training.layers import freeze_levels


@pytest.mark.parametrize(
    ("preset", "level", "last", "first_trained"),
    [
        ("handypose_lite0", "level1", "block2_project_norm", "block3_expand"),
        ("handypose_lite0", "level3", "block10_project_norm", "block11_expand"),
        ("handypose_resnet50", "stem", "bn1", "layer1_0_conv1"),
    ],
)
def test_levels_are_frozen_to_their_last_layer(preset, level, last, first_trained):
    model = handypose(preset, image_size=64, overrides=_slim(preset))
    frozen = freeze_levels(model, level)
    trained = {layer.name for layer in model.layers if layer.trainable_weights}
    assert last in frozen and last not in trained
    assert first_trained in trained
    assert not trained & set(frozen)
    head = {layer.name for layer in model.layers if layer.name.startswith("decoder")}
    assert "heatmaps" in trained and not head & set(frozen)


def _slim(preset):
    parts = {key: tiny.MODEL["overrides"][key] for key in ("waterfall", "decoder")}
    return parts if preset == "handypose_lite0" else {}
