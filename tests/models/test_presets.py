"""The presets' figures: as built, and as FACTS gives them for the released heads."""

from __future__ import annotations

import math

import pytest

from handypose_tf.models import handypose
from handypose_tf.models.complexity import count_graph_macs
from handypose_tf.models.presets import PRESETS, RELEASED_HEADS

slow = pytest.mark.slow

_QUICK = {"handypose_lite0", "handypose_lite1", "handypose_lite2"}

#: Released head -> its trainable parameters, and those of its convolutions and norms
#: that no output depends on and that are not built here.
RELEASED_PARAMETERS = {
    "wasp_v1": (47_622_069, 48 * 512 + 48 * 1024 + 256 * 2048 + 512),
    "wasp_v2": (46_958_005, 0),
    "wasp_v2_mlf": (47_252_917, 0),
    "multi_level_waterfall": (47_597_077, 48 * 256 + 96),
}


@pytest.mark.parametrize(
    "name",
    [name if name in _QUICK else pytest.param(name, marks=slow) for name in PRESETS],
)
def test_parameters_and_macs_are_as_the_preset_says(name):
    model = handypose(name)
    assert model.count_params() == PRESETS[name].parameters
    assert count_graph_macs(model) == PRESETS[name].macs


@pytest.mark.parametrize(
    "head",
    [
        # The others in the slow run: test_parity, too, takes every array of each head.
        head if head == "multi_level_waterfall" else pytest.param(head, marks=slow)
        for head in RELEASED_HEADS
    ],
)
def test_trainable_parameters_of_the_released_heads(head):
    released, unused = RELEASED_PARAMETERS[head]
    model = handypose(RELEASED_HEADS[head], image_size=64)
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert trainable == released - unused
    assert model.count_params() == PRESETS[RELEASED_HEADS[head]].parameters


@pytest.mark.parametrize(
    ("head", "billions"), [("wasp_v1", 31.3), ("multi_level_waterfall", 31.7)]
)
def test_macs_of_the_released_heads(head, billions):
    assert round(PRESETS[RELEASED_HEADS[head]].macs / 1e9, 1) == billions


def test_every_preset_says_what_it_is():
    for name, preset in PRESETS.items():
        assert name.startswith(("handypose_", "mediapipe_hands_")) and preset.text
        assert preset.parameters > 9e5 and preset.macs > 1e8
