"""Folding an input's normalisation into the first convolution and its batch norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def fold_scale(
    kernel: NDArray,
    norm: Sequence[NDArray],
    scale: ArrayLike,
    *,
    epsilon: float,
) -> tuple[NDArray, list[NDArray]]:
    """Make a first convolution take `x - mean` in place of `(x - mean) / scale`.

    The channels' relative scales go into the kernel and their common size into the
    batch norm, exactly: the kernel keeps its size, so that Adam's steps, which do not
    know a variable's size, suit it as they suit every other kernel. (Dividing a
    kernel by 128 instead lets the first steps of a training destroy it.)

    Args:
        kernel: `(height, width, channels, filters)`.
        norm: `[gamma, beta, moving mean, moving variance]`, `(filters,)` each.
        scale: One number, or one a channel.
        epsilon: The batch norm's.

    Returns:
        The kernel and the batch norm's arrays for the unscaled input.
    """
    scale = np.broadcast_to(np.asarray(scale, np.float64), kernel.shape[2:3])
    common = float(np.exp(np.mean(np.log(scale))))
    gamma, beta, mean, variance = norm
    folded = kernel * (common / scale)[:, None]
    wide = (variance.astype(np.float64) + epsilon) * common**2 - epsilon
    arrays = [gamma, beta, mean * common, wide]
    return folded.astype(np.float32), [a.astype(np.float32) for a in arrays]
