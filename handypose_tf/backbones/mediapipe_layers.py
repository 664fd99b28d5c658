"""What MediaPipe's hand networks have in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tensorflow import keras

from handypose_tf.checks import check_choice

#: Stride of their deepest features, as published.
OUTPUT_STRIDE = 32


def check_published(variant: str, variants: Collection[str], stride: int) -> None:
    """Refuse a variant or an output stride that MediaPipe has not published."""
    check_choice("variant", variant, variants)
    if stride != OUTPUT_STRIDE:
        raise ValueError(f"`output_stride` must be 32. Received: {stride}")


def conv(x: Any, filters: int, kernel_size: int, *, name: str, stride: int = 1) -> Any:
    """Apply a convolution with a bias."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=stride,
        padding="same",
        kernel_initializer="he_normal",
        name=name,
    )(x)


def depthwise(x: Any, kernel_size: int, *, stride: int, name: str) -> Any:
    """Filter each channel, with a bias."""
    return keras.layers.DepthwiseConv2D(
        kernel_size,
        strides=stride,
        padding="same",
        depthwise_initializer="he_normal",
        name=f"{name}_depthwise",
    )(x)
