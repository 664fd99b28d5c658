from __future__ import annotations

import pytest
from tensorflow import keras

from handypose_tf.backbones import BACKBONES, Taps, build_backbone
from handypose_tf.backbones.taps import BLOCK_NAME


def test_names_build_at_stride_16():
    for name in ("resnet50", *(f"efficientnet_lite{i}" for i in range(3))):
        taps = build_backbone(keras.Input((64, 64, 3)), name, 16)
        assert isinstance(taps, Taps)
        assert [tap.shape[1] for tap in taps] == [16, 8, 4, 4]


def test_mediapipe_s_names_build_at_stride_32():
    for name in [name for name in BACKBONES if name.startswith("mediapipe")]:
        taps = build_backbone(keras.Input((64, 64, 3)), name, 32)
        assert [tap.shape[1] for tap in taps] == [16, 8, 4, 2]


#: Function -> its smallest variant; tests of other files enter backbones of their own.
OURS = {
    function: variant
    for function, variant in reversed(BACKBONES.values())
    if function.__module__.startswith("handypose_tf")
}


@pytest.mark.parametrize("function", OURS)
def test_layers_are_named_as_freezing_expects(function):
    """`backbones/taps.py`: one convolution before the first block, the others in it."""
    image = keras.Input((64, 64, 3))
    layers = keras.Model(image, function(image, OURS[function]).level1).layers
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    names = [layer.name for layer in layers if isinstance(layer, kinds)]
    stem = [name for name in names if not BLOCK_NAME.match(name)]
    assert stem == names[:1] and len(names) > 4


def test_an_unknown_name():
    with pytest.raises(ValueError, match=r"`name` must be one of .*resnet50.*'vgg16'"):
        build_backbone(keras.Input((64, 64, 3)), "vgg16", 16)
