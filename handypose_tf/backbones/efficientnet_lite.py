"""EfficientNet-Lite 0, 1 and 2: ReLU6, no squeeze-and-excite, friendly to 8 bits.

References:
    Tan and Le, "EfficientNet", ICML 2019; the Lite variants of TensorFlow's TPU
    models, 2020 (fixed stem and head, first and last stage not repeated).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tensorflow import keras

from handypose_tf.backbones.taps import Taps
from handypose_tf.checks import check_choice


class _Stage(NamedTuple):
    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    filters: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)

#: Index of the stage that ends at stride 4, 8, 16, and of the last one.
_TAPPED_STAGES = (1, 2, 4, 6)

_STEM_FILTERS = 32
_TOP_FILTERS = 1280

#: Variant -> factors on width and depth.
SCALES = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}


def efficientnet_lite(inputs: Any, variant: int = 0, output_stride: int = 32) -> Taps:
    """Build an EfficientNet-Lite on a centred picture, without its classifier.

    Args:
        inputs: `(batch, height, width, 3)`, mean colour subtracted.
        variant: 0, 1 or 2.
        output_stride: 32, or 16 to keep the sixth stage at stride 16 with dilation.

    Raises:
        ValueError: If variant or output stride is another number.
    """
    check_choice("variant", variant, SCALES)
    if output_stride not in (16, 32):
        raise ValueError(f"`output_stride` must be 16 or 32. Received: {output_stride}")
    x = _conv_norm(inputs, _STEM_FILTERS, 3, stride=2, name="stem")
    width, _ = SCALES[variant]
    ends, stride, dilation = [], 2, 1
    for stage, blocks in zip(_STAGES, stage_blocks(variant), strict=True):
        for repeat, block in enumerate(blocks):
            step = stage.stride if repeat == 0 else 1
            next_dilation = dilation
            if stride * step > output_stride:
                step, next_dilation = 1, dilation * stage.stride
            stride *= step
            x = _inverted_residual(
                x,
                stage._replace(filters=_round_filters(stage.filters, width)),
                stride=step,
                dilation=dilation,
                name=block,
            )
            dilation = next_dilation
        ends.append(x)
    return Taps(*(ends[i] for i in _TAPPED_STAGES))


def stage_blocks(variant: int) -> list[list[str]]:
    """Return the names of the blocks of each stage; their layers' names begin so."""
    _, depth = SCALES[variant]
    last = len(_STAGES) - 1
    stages: list[list[str]] = []
    for number, stage in enumerate(_STAGES):
        first = sum(map(len, stages))
        repeats = math.ceil(depth * stage.repeats) if 0 < number < last else 1
        stages.append([f"block{first + repeat}" for repeat in range(repeats)])
    return stages


def classifier(taps: Taps, num_classes: int = 1000) -> Any:
    """Return class probabilities, `(batch, num_classes)`, as trained on ImageNet."""
    x = _conv_norm(taps.deepest, _TOP_FILTERS, 1, name="top")
    x = keras.layers.GlobalAveragePooling2D(name="top_pool")(x)
    return keras.layers.Dense(num_classes, activation="softmax", name="classes")(x)


def _round_filters(filters: int, width: float) -> int:
    """Scale a width and round it to a multiple of 8, losing at most a tenth."""
    if width == 1.0:
        return filters
    rounded = max(8, int(filters * width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * filters * width else rounded


def _inverted_residual(
    x: Any, stage: _Stage, *, stride: int, dilation: int, name: str
) -> Any:
    """Expand, filter each channel, project; add the input where shapes allow."""
    y, channels = x, x.shape[-1]
    if stage.expansion > 1:
        y = _conv_norm(y, stage.expansion * channels, 1, name=f"{name}_expand")
    y = keras.layers.DepthwiseConv2D(
        stage.kernel_size,
        strides=stride,
        dilation_rate=dilation,
        padding="same",
        use_bias=False,
        depthwise_initializer="he_normal",
        name=f"{name}_depthwise",
    )(y)
    y = _norm(y, name=f"{name}_depthwise")
    y = keras.layers.ReLU(6.0, name=f"{name}_depthwise_relu6")(y)
    y = keras.layers.Conv2D(
        stage.filters,
        1,
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_project",
    )(y)
    y = _norm(y, name=f"{name}_project")
    if stride == 1 and channels == stage.filters:
        y = keras.layers.Add(name=f"{name}_add")([x, y])
    return y


def _conv_norm(
    x: Any, filters: int, kernel_size: int, *, name: str, stride: int = 1
) -> Any:
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu6")(_norm(x, name=name))


def _norm(x: Any, *, name: str) -> Any:
    return keras.layers.BatchNormalization(
        epsilon=1e-3, momentum=0.99, name=f"{name}_norm"
    )(x)
