"""ResNet-50, 101 and 152 with a dilated, multi-grid last stage.

The stride of a stage sits in the 3x3 convolution of its first block, as in
torchvision (`keras.applications` has it in the 1x1), and every padding is PyTorch's,
so that ImageNet weights and released checkpoints fit exactly. Layers are named after
torchvision's keys: `layer1.0.conv1` is `layer1_0_conv1` here.

References:
    He et al., "Deep residual learning", CVPR 2016; Chen et al., "Rethinking atrous
    convolution" (multi-grid), 2017.
"""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.backbones.taps import Taps
from handypose_tf.checks import check_choice

#: Depth -> residual blocks in each of the four stages.
NUM_BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}

#: Output stride -> stride and dilation of each of the four stages.
_STAGES = {
    16: ((1, 2, 2, 1), (1, 1, 1, 2)),
    8: ((1, 2, 1, 1), (1, 1, 2, 4)),
}

#: Factors on the last stage's dilation, one a block.
_MULTI_GRID = (1, 2, 4)

_EXPANSION = 4


def resnet(inputs: Any, depth: int = 101, output_stride: int = 16) -> Taps:
    """Build a ResNet on a centred picture.

    Args:
        inputs: `(batch, height, width, 3)`, mean colour subtracted.
        depth: 50, 101 or 152.
        output_stride: 8 or 16, the stride of the deepest features.

    Raises:
        ValueError: If depth or output stride is another number.
    """
    check_choice("depth", depth, NUM_BLOCKS)
    check_choice("output_stride", output_stride, _STAGES)
    x = _conv_norm(inputs, 64, 7, name="conv1", norm="bn1", stride=2)
    x = keras.layers.ReLU(name="relu1")(x)
    x = keras.layers.ZeroPadding2D(1, name="maxpool_pad")(x)
    x = keras.layers.MaxPooling2D(3, 2, name="maxpool")(x)
    levels = []
    strides, dilations = _STAGES[output_stride]
    for stage, count in enumerate(NUM_BLOCKS[depth]):
        for block in range(count):
            grid = _MULTI_GRID[block] if stage == 3 else 1
            x = _bottleneck(
                x,
                64 * 2**stage,
                stride=strides[stage] if block == 0 else 1,
                dilation=dilations[stage] * grid,
                shortcut=block == 0,
                name=f"layer{stage + 1}_{block}",
            )
        levels.append(x)
    return Taps(*levels)


def _bottleneck(
    x: Any, filters: int, *, stride: int, dilation: int, shortcut: bool, name: str
) -> Any:
    """Add a 1x1, 3x3, 1x1 bottleneck to its input."""
    outputs = _EXPANSION * filters
    y = _conv_norm(x, filters, 1, name=f"{name}_conv1", norm=f"{name}_bn1")
    y = keras.layers.ReLU(name=f"{name}_relu1")(y)
    y = _conv_norm(
        y,
        filters,
        3,
        name=f"{name}_conv2",
        norm=f"{name}_bn2",
        stride=stride,
        dilation=dilation,
    )
    y = keras.layers.ReLU(name=f"{name}_relu2")(y)
    y = _conv_norm(y, outputs, 1, name=f"{name}_conv3", norm=f"{name}_bn3")
    if shortcut:
        down = f"{name}_downsample"
        x = _conv_norm(x, outputs, 1, name=f"{down}_0", norm=f"{down}_1", stride=stride)
    x = keras.layers.Add(name=f"{name}_add")([x, y])
    return keras.layers.ReLU(name=f"{name}_relu3")(x)


def _conv_norm(
    x: Any,
    filters: int,
    kernel_size: int,
    *,
    name: str,
    norm: str,
    stride: int = 1,
    dilation: int = 1,
) -> Any:
    """Apply a convolution with PyTorch's padding and a batch norm."""
    padding = "same"
    if stride > 1 and kernel_size > 1:
        x = keras.layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad")(x)
        padding = "valid"
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=stride,
        dilation_rate=dilation,
        padding=padding,
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    return keras.layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=norm)(x)
