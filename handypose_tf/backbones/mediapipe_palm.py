"""The trunk of MediaPipe's palm detector, with its feature pyramid.

Separable 5x5 residuals with PReLU; the deepest features come back up to strides 16 and
8 and join what was there. RGB in 0..255 as it is (the first convolution divides), black
padding.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020; layers as
    in `palm_detection_full.tflite` and `palm_detection_lite.tflite` (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensorflow import keras

from handypose_tf.backbones.mediapipe_layers import (
    OUTPUT_STRIDE,
    check_published,
    conv,
    depthwise,
)
from handypose_tf.backbones.taps import Taps
from handypose_tf.layers.pad_channels import PadChannels

#: Variant -> filters and number of residual blocks of each stage, at strides 2 to 32;
#: the first block of each but the first stage strides.
STAGES = {
    "full": ((32, 4), (64, 5), (128, 5), (256, 5), (256, 5)),
    "lite": ((32, 3), (64, 4), (128, 4), (256, 4), (256, 4)),
}

#: Blocks of each of the pyramid's two levels, at strides 16 and 8.
_PYRAMID_BLOCKS = 2

_STEM_FILTERS = 32


def mediapipe_palm(
    inputs: Any, variant: str = "full", output_stride: int = OUTPUT_STRIDE
) -> Taps:
    """Build the trunk of a palm detector.

    Args:
        inputs: `(batch, height, width, 3)`, RGB in 0..255.
        variant: `"full"` or `"lite"`.
        output_stride: 32.

    Returns:
        Features at stride 4 of the trunk, at 8 and 16 of the pyramid, and the deepest.

    Raises:
        ValueError: If variant or output stride is another.
    """
    check_published(variant, STAGES, output_stride)
    x = conv(inputs, _STEM_FILTERS, 5, stride=2, name="stem")
    x = _prelu(x, name="stem")
    ends, number = [], 0
    for stage, (filters, blocks) in enumerate(STAGES[variant]):
        for block in range(blocks):
            stride = 2 if stage and block == 0 else 1
            x = _residual(x, filters, stride=stride, name=f"block{number}")
            number += 1
        ends.append(x)
    _, level1, level2, level3, deepest = ends
    level3 = _pyramid(deepest, level3, name="pyramid16")
    level2 = _pyramid(level3, level2, name="pyramid8")
    return Taps(level1, level2, level3, deepest)


def weighted_layers(variant: str) -> Iterator[str]:
    """Yield the names of a palm network's layers with weights, in the file's order."""
    yield from ("stem", "stem_prelu")
    for number in range(sum(blocks for _, blocks in STAGES[variant])):
        yield from _block_layers(f"block{number}")
    for level in ("pyramid16", "pyramid8"):
        yield from (f"{level}_project", f"{level}_project_prelu")
        for block in range(_PYRAMID_BLOCKS):
            yield from _block_layers(f"{level}_block{block}")
        yield from (f"{level}_logits", f"{level}_boxes")


def _block_layers(name: str) -> tuple[str, ...]:
    return f"{name}_depthwise", f"{name}_project", f"{name}_prelu"


def _pyramid(deeper: Any, lateral: Any, *, name: str) -> Any:
    """Join deeper features, enlarged twice, to those of a level."""
    x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_resize")(
        deeper
    )
    x = conv(x, lateral.shape[-1], 1, name=f"{name}_project")
    x = _prelu(x, name=f"{name}_project")
    x = keras.layers.Add(name=f"{name}_join")([lateral, x])
    for block in range(_PYRAMID_BLOCKS):
        x = _residual(x, x.shape[-1], name=f"{name}_block{block}")
    return x


def _residual(x: Any, filters: int, *, stride: int = 1, name: str) -> Any:
    """Add a separable 5x5 convolution; pool and pad the input with 0 where it grows."""
    y = depthwise(x, 5, stride=stride, name=name)
    y = conv(y, filters, 1, name=f"{name}_project")
    if stride > 1:
        x = keras.layers.MaxPooling2D(2, name=f"{name}_pool")(x)
    if filters != x.shape[-1]:
        x = PadChannels(filters, name=f"{name}_pad")(x)
    x = keras.layers.Add(name=f"{name}_add")([x, y])
    return _prelu(x, name=name)


def _prelu(x: Any, *, name: str) -> Any:
    return keras.layers.PReLU(shared_axes=[1, 2], name=f"{name}_prelu")(x)
