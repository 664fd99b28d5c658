"""The encoders of MediaPipe's hand landmark networks, full and lite.

Inverted residuals with ReLU6, as EfficientNet-Lite's; batch norms are part of the
convolutions' biases, as in the published files. They take RGB in 0..255 as it is (the
first convolution divides) and pad with black.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020; layers as
    in `hand_landmark_full.tflite` and `hand_landmark_lite.tflite` (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tensorflow import keras

from handypose_tf.backbones.mediapipe_layers import (
    OUTPUT_STRIDE,
    check_published,
    conv,
    depthwise,
)
from handypose_tf.backbones.taps import Taps


class Stage(NamedTuple):
    """Inverted residuals one after the other.

    Attributes:
        kernel_sizes: Side of each block's depthwise convolution.
        stride: Of the first block.
        filters: Channels that come out.
        expansions: Channels inside over channels in, first block and others.
        pooled_shortcut: Whether the first block, though it strides, adds its input,
            max-pooled.
    """

    kernel_sizes: tuple[int, ...]
    stride: int
    filters: int
    expansions: tuple[int, int] = (6, 6)
    pooled_shortcut: bool = False


_STEM_FILTERS = 24

STAGES = {
    "full": (
        Stage((3,), 1, 16, expansions=(1, 1)),
        Stage((3, 3), 2, 24, expansions=(4, 6)),
        Stage((5, 5), 2, 40),
        Stage((3, 3, 3), 2, 80),
        Stage((5, 5, 5), 1, 112),
        Stage((5, 5, 5, 5), 2, 192),
    ),
    "lite": (
        Stage((3,), 1, 16, expansions=(1, 1)),
        Stage((3, 3), 2, 16, expansions=(4, 6), pooled_shortcut=True),
        Stage((5, 5), 2, 24),
        Stage((3, 3, 3), 2, 48),
        Stage((5, 5, 5), 1, 64),
        Stage((5, 5, 5, 5), 2, 112),
    ),
}

#: The landmark network's outputs, in its file's order of weights.
HEADS = ("handedness", "presence", "landmarks", "world_landmarks")

#: Index of the stage that ends at stride 4, 8, 16, and of the last one.
_TAPPED_STAGES = (1, 2, 4, 5)


def mediapipe_landmark(
    inputs: Any, variant: str = "full", output_stride: int = OUTPUT_STRIDE
) -> Taps:
    """Build the encoder of a landmark network.

    Args:
        inputs: `(batch, height, width, 3)`, RGB in 0..255.
        variant: `"full"` or `"lite"`.
        output_stride: 32.

    Raises:
        ValueError: If variant or output stride is another.
    """
    check_published(variant, STAGES, output_stride)
    x = conv(inputs, _STEM_FILTERS, 3, stride=2, name="stem")
    x = relu6(x, name="stem")
    names = iter(block_names(variant))
    ends = []
    for stage in STAGES[variant]:
        for place in range(len(stage.kernel_sizes)):
            x = _inverted_residual(x, stage, place, name=next(names))
        ends.append(x)
    return Taps(*(ends[i] for i in _TAPPED_STAGES))


def block_names(variant: str) -> list[str]:
    """Return the names of the blocks in order; their layers' names begin so."""
    count = sum(len(stage.kernel_sizes) for stage in STAGES[variant])
    return [f"block{number}" for number in range(count)]


def weighted_layers(variant: str) -> Iterator[str]:
    """Yield the names of a network's layers with weights, in the file's order.

    Behind the encoder come a last expansion, which is pooled, and the four heads.
    """
    yield "stem"
    for number, name in enumerate(block_names(variant)):
        if number:
            yield f"{name}_expand"
        yield f"{name}_depthwise"
        yield f"{name}_project"
    for part in ("expand", "depthwise", *HEADS):
        yield f"top_{part}"


def expanded_depthwise(
    x: Any, channels: int, kernel_size: int, *, stride: int = 1, name: str
) -> Any:
    """Expand (unless there are as many channels already) and filter each channel."""
    if channels != x.shape[-1]:
        x = relu6(conv(x, channels, 1, name=f"{name}_expand"), name=f"{name}_expand")
    x = depthwise(x, kernel_size, stride=stride, name=name)
    return relu6(x, name=f"{name}_depthwise")


def relu6(x: Any, *, name: str) -> Any:
    """Apply ReLU6 under the name of the layer before it."""
    return keras.layers.ReLU(6.0, name=f"{name}_relu6")(x)


def _inverted_residual(x: Any, stage: Stage, place: int, *, name: str) -> Any:
    """Expand, filter each channel, project; add the input where shapes allow."""
    stride = stage.stride if place == 0 else 1
    channels = x.shape[-1] * stage.expansions[min(place, 1)]
    size = stage.kernel_sizes[place]
    y = expanded_depthwise(x, channels, size, stride=stride, name=name)
    y = conv(y, stage.filters, 1, name=f"{name}_project")
    if place == 0:
        if not stage.pooled_shortcut:
            return y
        x = keras.layers.MaxPooling2D(2, name=f"{name}_pool")(x)
    return keras.layers.Add(name=f"{name}_add")([x, y])
