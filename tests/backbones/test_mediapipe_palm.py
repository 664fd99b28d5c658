from __future__ import annotations

import pytest
from tensorflow import keras

from handypose_tf.backbones import mediapipe_palm


def build(height: int, width: int, variant: str) -> keras.Model:
    image = keras.Input((height, width, 3))
    return keras.Model(image, list(mediapipe_palm(image, variant)))


def test_taps_at_any_multiple_of_32():
    shapes = [tuple(output.shape[1:]) for output in build(96, 224, "full").outputs]
    assert shapes == [(24, 56, 64), (12, 28, 128), (6, 14, 256), (3, 7, 256)]


@pytest.mark.parametrize(("variant", "total"), [("full", 1_136_248), ("lite", 963_064)])
def test_weights_are_the_file_s_without_its_heads(variant, total):
    """The files hold so many numbers; 6 and 2 anchors a cell come behind, of 18 + 1."""
    heads = (256 + 1) * 6 * 19 + (128 + 1) * 2 * 19
    assert build(64, 64, variant).count_params() == total - heads


def test_bad_arguments():
    image = keras.Input((64, 64, 3))
    with pytest.raises(ValueError, match=r"`variant` must be one of \['full', .*'big'"):
        mediapipe_palm(image, "big")
    with pytest.raises(ValueError, match=r"`output_stride` must be 32.*: 16"):
        mediapipe_palm(image, "full", 16)
