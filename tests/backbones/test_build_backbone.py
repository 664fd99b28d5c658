from __future__ import annotations

import pytest
from tensorflow import keras

from handypose_tf.backbones import BACKBONES, Taps, build_backbone


def test_every_name_builds_at_stride_16():
    for name in BACKBONES.keys() - {"resnet101", "resnet152", "tiny"}:
        taps = build_backbone(keras.Input((64, 64, 3)), name, 16)
        assert isinstance(taps, Taps)
        assert [tap.shape[1] for tap in taps] == [16, 8, 4, 4]


def test_an_unknown_name():
    with pytest.raises(ValueError, match=r"`name` must be one of .*resnet50.*'vgg16'"):
        build_backbone(keras.Input((64, 64, 3)), "vgg16", 16)
