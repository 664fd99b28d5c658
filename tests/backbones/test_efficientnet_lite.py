from __future__ import annotations

import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.backbones import efficientnet_lite
from handypose_tf.backbones.efficientnet_lite import classifier


def build(side: int, *arguments: int) -> tuple[keras.Model, list[tuple[int, ...]]]:
    image = keras.Input((side, side, 3))
    taps = efficientnet_lite(image, *arguments)
    return keras.Model(image, list(taps)), [tuple(tap.shape[1:]) for tap in taps]


@pytest.mark.parametrize(
    ("variant", "weights"), [(0, 4_652_008), (1, 5_416_680), (2, 6_092_072)]
)
def test_weights_with_the_classifier(variant, weights):
    """The TPU models' own table says 4.652, 5.416 and 6.092 million."""
    image = keras.Input((64, 64, 3))
    model = keras.Model(image, classifier(efficientnet_lite(image, variant)))
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == weights
    assert model.output_shape == (None, 1000)


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_taps(variant):
    _, shapes = build(192, variant)
    widths = {0: (24, 40, 112, 320), 1: (24, 40, 112, 320), 2: (24, 48, 120, 352)}
    grids = (48, 24, 12, 6)
    expected = zip(grids, widths[variant], strict=True)
    assert shapes == [(grid, grid, width) for grid, width in expected]


def test_an_output_stride_of_16_dilates_what_follows():
    model, shapes = build(192, 0, 16)
    assert shapes[3] == (12, 12, 320)
    layers = [model.get_layer(f"block{i}_depthwise") for i in range(16)]
    assert [layer.strides[0] for layer in layers].count(2) == 3
    assert [layer.dilation_rate[0] for layer in layers] == [1] * 12 + [2] * 4


def test_it_is_friendly_to_8_bits():
    kinds = {type(layer).__name__ for layer in build(64, 0)[0].layers}
    assert kinds == {
        *("InputLayer", "Conv2D", "DepthwiseConv2D"),
        *("BatchNormalization", "ReLU", "Add"),
    }
    relus = [x for x in build(64, 0)[0].layers if isinstance(x, keras.layers.ReLU)]
    assert {float(relu.max_value) for relu in relus} == {6.0}


def test_bad_arguments():
    image = keras.Input((64, 64, 3))
    with pytest.raises(ValueError, match=r"`variant` must be one of \[0, 1, 2\].*: 3"):
        efficientnet_lite(image, 3)
    with pytest.raises(ValueError, match=r"`output_stride` must be 16 or 32.*: 8"):
        efficientnet_lite(image, 0, 8)
