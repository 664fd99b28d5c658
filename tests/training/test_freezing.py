"""What freezing freezes, for every family of backbones."""

from __future__ import annotations

from functools import cache

import pytest
import tiny

from handypose_tf.models import handypose
from handypose_tf.training.freezing import freeze_levels


@pytest.mark.parametrize(
    ("preset", "level", "last", "first_trained"),
    [
        ("handypose_lite0", "level1", "block2_project_norm", "block3_expand"),
        ("handypose_lite0", "level3", "block10_project_norm", "block11_expand"),
        ("handypose_resnet50", "stem", "bn1", "layer1_0_conv1"),
        ("handypose_mediapipe_full", "stem", "stem", "block0_depthwise"),
        ("handypose_mediapipe_full", "level1", "block2_project", "block3_expand"),
        ("handypose_mediapipe_full", "deepest", "top_depthwise", "points_x"),
        ("handypose_mediapipe_lite", "level2", "block4_project", "block5_expand"),
        ("handypose_mediapipe_lite", "level3", "block10_project", "block11_expand"),
    ],
)
def test_levels_are_frozen_to_their_last_layer(preset, level, last, first_trained):
    model = _thawed(_built(preset))
    frozen = freeze_levels(model, level)
    trained = {layer.name for layer in model.layers if layer.trainable_weights}
    assert last in frozen and last not in trained
    assert first_trained in trained
    assert not trained & set(frozen)
    head = {layer.name for layer in model.layers if layer.name.startswith("decoder")}
    assert "heatmaps" in trained and not head & set(frozen)


@cache
def _built(preset, backbone=None):
    parts = {**tiny.MODEL["overrides"], "backbone": {"name": backbone}}
    if backbone is None:
        del parts["backbone"]
    whole = preset == "handypose_resnet50"
    return handypose(preset, image_size=64, overrides={} if whole else parts)


def _thawed(model):
    for layer in model.layers:
        layer.trainable = True
    return model


@pytest.mark.parametrize(
    ("name", "level", "count"),
    [
        # A convolution and its bias each: of three blocks, 4 and 8 more up to stride 8
        # and 16, with the stem's, and the first block has nothing to expand.
        ("mediapipe_full", "stem", 2),
        ("mediapipe_full", "level1", 2 + 2 * (2 + 3 + 3)),
        ("mediapipe_full", "level2", 2 + 2 * (2 + 4 * 3)),
        ("mediapipe_lite", "level3", 2 + 2 * (2 + 10 * 3)),
        # ... and what points are read from, two convolutions more.
        ("mediapipe_lite", "deepest", 2 + 2 * (2 + 14 * 3) + 4),
        # A 5x5 stem and its slopes; a block has two convolutions and slopes.
        ("mediapipe_palm", "stem", 3),
        ("mediapipe_palm", "level1", 3 + 5 * (4 + 5)),
    ],
)
def test_how_many_arrays_are_frozen_of_mediapipe_s_encoders(name, level, count):
    model = _thawed(_built("handypose_mediapipe_full", name))
    whole = len(model.trainable_weights)
    freeze_levels(model, level)
    assert whole - len(model.trainable_weights) == count
