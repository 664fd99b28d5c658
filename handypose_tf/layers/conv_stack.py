"""Stacks of convolution, batch norm and activation, as flat lists of Keras layers.

Blocks keep such lists in their attributes and apply them one after the other, so that
a block's sub-layers can also stand in a functional graph by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tensorflow import keras

from handypose_tf.checks import check_choice

#: ReLU6 quantises to 8 bits with a known range; it is what the lite presets use.
ACTIVATIONS = ("relu", "relu6")


def activation(kind: str, *, name: str, dtype: Any = None) -> keras.layers.Layer:
    """Return a ReLU layer, bounded by 6 for `"relu6"`."""
    check_choice("activation", kind, ACTIVATIONS)
    return keras.layers.ReLU(6.0 if kind == "relu6" else None, name=name, dtype=dtype)


def convolution(
    filters: int,
    kernel_size: int = 1,
    *,
    name: str,
    dilation_rate: int = 1,
    dtype: Any = None,
) -> keras.layers.Layer:
    """Return a convolution without stride and bias that keeps height and width."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        dilation_rate=dilation_rate,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
        dtype=dtype,
    )


def batch_norm(*, name: str, dtype: Any = None) -> keras.layers.Layer:
    """Return a batch norm with PyTorch's default epsilon, as the released heads use."""
    return keras.layers.BatchNormalization(
        epsilon=1e-5, momentum=0.97, name=name, dtype=dtype
    )


def conv_stack(
    filters: int,
    kernel_size: int = 1,
    *,
    name: str,
    dilation_rate: int = 1,
    separable: bool = False,
    relu: str = "relu",
    dtype: Any = None,
) -> list[keras.layers.Layer]:
    """Return convolution, batch norm and activation as a flat list.

    Args:
        filters: Channels of the output.
        kernel_size: Side of the kernel in cells.
        name: Beginning of every layer's name.
        dilation_rate: Atrous rate.
        separable: Split a kernel wider than 1 into a depthwise and a pointwise
            convolution, each with its batch norm and activation.
        relu: One of `ACTIVATIONS`.
        dtype: Type or policy of every layer; Keras' global policy if `None`.
    """
    stack: list[keras.layers.Layer] = []
    if separable and kernel_size > 1:
        stack = depthwise_stack(
            kernel_size, dilation_rate=dilation_rate, relu=relu, name=name, dtype=dtype
        )
        kernel_size, dilation_rate = 1, 1
    return [
        *stack,
        convolution(
            filters,
            kernel_size,
            dilation_rate=dilation_rate,
            name=f"{name}_conv",
            dtype=dtype,
        ),
        batch_norm(name=f"{name}_norm", dtype=dtype),
        activation(relu, name=f"{name}_{relu}", dtype=dtype),
    ]


def depthwise_stack(
    kernel_size: int, *, name: str, relu: str, dtype: Any = None, **geometry: Any
) -> list[keras.layers.Layer]:
    """Return depthwise convolution, batch norm and activation as a flat list.

    Args:
        kernel_size: Side of the kernel in cells.
        name: Beginning of every layer's name.
        relu: One of `ACTIVATIONS`.
        dtype: Type or policy of every layer; Keras' global policy if `None`.
        **geometry: `strides` or `dilation_rate` of the convolution.
    """
    return [
        keras.layers.DepthwiseConv2D(
            kernel_size,
            padding="same",
            use_bias=False,
            depthwise_initializer="he_normal",
            name=f"{name}_depthwise",
            dtype=dtype,
            **geometry,
        ),
        batch_norm(name=f"{name}_depthwise_norm", dtype=dtype),
        activation(relu, name=f"{name}_depthwise_{relu}", dtype=dtype),
    ]


def level_projections(block: Any, count: int) -> list[list[keras.layers.Layer]]:
    """Return the 1x1 convolutions of backbone levels, a stack for each.

    Args:
        block: Whose they are, with `reduction`, their channels, `relu`, and
            `shared_norm`: one batch norm for all, as the released code has it.
        count: Number of levels.
    """
    name, filters, dtype = block.name, block.reduction, block.dtype_policy
    stacks = [
        conv_stack(filters, relu=block.relu, name=f"{name}_level{i}", dtype=dtype)
        for i in range(1, count + 1)
    ]
    if block.shared_norm:
        norm = batch_norm(name=f"{name}_levels_norm", dtype=dtype)
        stacks = [[conv, norm, relu] for conv, _, relu in stacks]
    return stacks


def apply_layers(layers: Iterable[keras.layers.Layer], inputs: Any) -> Any:
    """Apply layers one after the other."""
    for layer in layers:
        inputs = layer(inputs)
    return inputs
