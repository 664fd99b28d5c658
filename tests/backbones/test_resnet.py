from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.backbones import resnet

#: torchvision's counts without the classifier's 2,048 x 1,000 + 1,000.
TORCHVISION = {
    50: 25_557_032 - 2_049_000,
    101: 44_549_160 - 2_049_000,
    152: 60_192_808 - 2_049_000,
}


@cache
def build(side: int, *arguments: int) -> tuple[keras.Model, list[tuple[int, ...]]]:
    image = keras.Input((side, side, 3))
    taps = resnet(image, *arguments)
    return keras.Model(image, list(taps)), [tuple(tap.shape[1:]) for tap in taps]


@pytest.mark.parametrize("depth", [50, 101, pytest.param(152, marks=pytest.mark.slow)])
def test_trainable_weights_are_torchvision_s(depth):
    model, _ = build(64, depth)
    weights = [int(np.prod(weight.shape)) for weight in model.trainable_weights]
    assert sum(weights) == TORCHVISION[depth]
    assert TORCHVISION[101] == 42_500_160


@pytest.mark.parametrize(
    ("output_stride", "grids"), [(16, (92, 46, 23, 23)), (8, (92, 46, 46, 46))]
)
def test_taps_of_the_released_input(output_stride, grids):
    """FACTS section 1: 92, 46, 23, 23 cells at 368 px."""
    _, shapes = build(368, 50, output_stride)
    channels = (256, 512, 1024, 2048)
    assert shapes == [(g, g, c) for g, c in zip(grids, channels, strict=True)]


@pytest.mark.parametrize(
    ("output_stride", "stages"),
    [
        (16, [(1, 1, 1), (2, 1, 1), (2, 1, 1), (1, 2, 8)]),
        (8, [(1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 4, 16)]),
    ],
)
def test_strides_and_dilations(output_stride, stages):
    """First block's stride, dilation of the first and of the last block."""
    model, _ = build(64, 50, output_stride)
    for stage, (stride, first, last) in enumerate(stages, start=1):
        blocks = [
            layer
            for layer in model.layers
            if layer.name.startswith(f"layer{stage}_") and layer.name.endswith("conv2")
        ]
        assert blocks[0].strides == (stride, stride)
        assert all(block.strides == (1, 1) for block in blocks[1:])
        assert blocks[0].dilation_rate == (first, first)
        assert blocks[-1].dilation_rate == (last, last)


def test_the_multi_grid_of_the_last_stage():
    model, _ = build(64, 50, 16)
    rates = [model.get_layer(f"layer4_{i}_conv2").dilation_rate[0] for i in range(3)]
    assert rates == [2, 4, 8]


def test_batch_norms_are_pytorch_s():
    norm = build(64, 50)[0].get_layer("layer2_1_bn2")
    assert norm.epsilon == 1e-5 and norm.momentum == pytest.approx(0.9)


def test_bad_arguments():
    image = keras.Input((64, 64, 3))
    with pytest.raises(ValueError, match=r"`depth` must be one of \[50, 101, 152\].*4"):
        resnet(image, 34)
    with pytest.raises(ValueError, match=r"`output_stride` must be one of.*Rec.*32"):
        resnet(image, 50, 32)
