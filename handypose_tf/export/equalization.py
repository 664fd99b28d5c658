"""Channels of a network brought to one range, so that 8 bits serve all alike.

A tensor of 8 bits has one step for all its channels, and one of a small range is left
with few steps. Between a convolution with ReLU or ReLU6 and depthwise convolutions, a
channel can be made larger in the first one's weights and smaller in the others'; the
network stays what it is (cross-layer equalisation, Nagel et al., "Data-Free
Quantization Through Weight Equalization and Bias Correction", 2019). Each filter of a
depthwise convolution has steps of its own, so that this costs nothing; in a plain one,
small weights would share the steps of large ones. Measured: docs/ablations.md.
"""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from handypose_tf.export.float_network import Convolution, FloatNetwork

#: Activation -> what it cuts off at, if anything.
_LIMITS = {
    schema.ActivationFunctionType.RELU: None,
    schema.ActivationFunctionType.RELU6: 6.0,
}

#: A channel comes no nearer to where it is cut off: pictures that nobody has shown may
#: go further than those that were.
_MARGIN = 1.1

#: A channel is made at most so many times as large.
_MOST = 64.0


def equalize(network: FloatNetwork, pictures: NDArray[np.uint8]) -> None:
    """Make channels as large as the largest of their tensor, where that is free.

    Args:
        network: It is changed, and computes what it did.
        pictures: `(n, height, width, 3)` uint8 RGB; they show the channels' ranges.
    """
    found = {
        each.result: (each, readers)
        for each in network.convolutions
        if each.activation in _LIMITS
        if (readers := network.readers(each.result))
        and all(reader.is_depthwise for reader in readers)
    }
    if not found:
        return
    reaches = [np.zeros(1, np.float32)] * len(found)
    for values in network.run([*found], pictures):
        tops = [value.max(axis=(0, 1, 2)) for value in values]
        reaches = [*map(np.maximum, reaches, tops)]
    for (convolution, readers), reach in zip(found.values(), reaches, strict=True):
        gains = _gains(reach, _LIMITS[convolution.activation])
        _scale_results(network, convolution, gains)
        for reader in readers:
            _scale_sources(network, reader, np.reciprocal(gains))


def _gains(reach: NDArray[np.float32], limit: float | None) -> NDArray[np.float32]:
    """Return by what each channel is multiplied; 1 for one that is always 0."""
    top = reach.max() if limit is None else limit / _MARGIN
    gains = np.clip(top / np.maximum(reach, 1e-9), 1, _MOST)
    return np.where(reach > 0, gains, 1).astype(np.float32)


def _scale_results(
    network: FloatNetwork, convolution: Convolution, factors: NDArray[np.float32]
) -> None:
    weights = network.constant(convolution.weights)
    shape = (1, 1, 1, -1) if convolution.is_depthwise else (-1, 1, 1, 1)
    network.set_constant(convolution.weights, weights * factors.reshape(shape))
    network.set_constant(convolution.bias, network.constant(convolution.bias) * factors)


def _scale_sources(
    network: FloatNetwork, convolution: Convolution, factors: NDArray[np.float32]
) -> None:
    weights = network.constant(convolution.weights)
    # A channel may have several filters.
    factors = np.repeat(factors, weights.shape[-1] // len(factors))
    network.set_constant(convolution.weights, weights * factors)
