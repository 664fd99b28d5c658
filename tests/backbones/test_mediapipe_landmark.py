from __future__ import annotations

import pytest
from tensorflow import keras

from handypose_tf.backbones import mediapipe_landmark

#: Variant -> channels of the taps, as in the published files.
CHANNELS = {"full": (24, 40, 112, 192), "lite": (16, 24, 64, 112)}


def build(height: int, width: int, variant: str) -> keras.Model:
    image = keras.Input((height, width, 3))
    return keras.Model(image, list(mediapipe_landmark(image, variant)))


@pytest.mark.parametrize("variant", CHANNELS)
def test_taps_at_any_multiple_of_32(variant):
    shapes = [tuple(output.shape[1:]) for output in build(96, 224, variant).outputs]
    grids = ((24, 56), (12, 28), (6, 14), (3, 7))
    expected = zip(grids, CHANNELS[variant], strict=True)
    assert shapes == [(*grid, channels) for grid, channels in expected]


@pytest.mark.parametrize(
    ("variant", "total"), [("full", 2_715_680), ("lite", 1_011_712)]
)
def test_weights_are_the_file_s_without_its_heads(variant, total):
    """The files hold so many numbers; the last expansion and four heads come behind."""
    channels = CHANNELS[variant][-1]
    wide = 6 * channels
    top = (channels + 1) * wide + (9 + 1) * wide
    heads = (wide + 1) * (1 + 1 + 63 + 63)
    assert build(64, 64, variant).count_params() == total - top - heads


@pytest.mark.parametrize("variant", CHANNELS)
def test_it_is_friendly_to_8_bits(variant):
    layers = build(64, 64, variant).layers
    kinds = {type(layer).__name__ for layer in layers}
    pooled = {"MaxPooling2D"} if variant == "lite" else set()
    expected = {"InputLayer", "Conv2D", "DepthwiseConv2D", "ReLU", "Add"}
    assert kinds == expected | pooled
    relus = [layer for layer in layers if isinstance(layer, keras.layers.ReLU)]
    assert {float(relu.max_value) for relu in relus} == {6.0}


def test_bad_arguments():
    image = keras.Input((64, 64, 3))
    with pytest.raises(ValueError, match=r"`variant` must be one of \['full', .*'big'"):
        mediapipe_landmark(image, "big")
    with pytest.raises(ValueError, match=r"`output_stride` must be 32.*: 16"):
        mediapipe_landmark(image, "full", 16)
