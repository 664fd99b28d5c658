"""Weights rounded to 8 bits by what a layer gives, not one by one.

Rounding each weight to the nearest step is best for the weight and not for what the
layer computes: errors add up over inputs that rise and fall together, most of all in
filters whose weights nearly cancel. Here a filter's weights go to the step above or
below so that the variance of its error, on the layer's own inputs, is small (the
objective of Nagel et al., "Up or Down? Adaptive Rounding for Post-Training
Quantization", 2020), and the bias takes the mean.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf.export.float_network import Convolution, FloatNetwork

#: Steps to either side of 0: quantisers leave -128 out for weights.
_STEPS = 127

#: Pictures looked at, places in each that a layer is sampled at, and the seed for them.
_PICTURES, _PLACES, _SEED = 64, 256, 0

#: Filters of more weights are rounded one by one: it would take minutes, and errors of
#: so many cancel.
_MOST_WEIGHTS = 1536

#: Shares of the mean variance, since samples are few, and of the mean square that are
#: added to each input's variance.
_RIDGE, _NOISE = 0.01, 1e-5

#: Filters of at most so many weights, all depthwise ones, are searched for a rounding
#: better than the first; with more it would take long and gain a hundredth.
_MOST_SEARCHED = 64

#: Rounds of that search, and what a move must gain at least.
_MOST_ROUNDS, _LEAST = 8, 1e-9


def round_weights(
    network: FloatNetwork, pictures: NDArray[np.uint8], kept: Collection[str] = ()
) -> None:
    """Put the weights of convolutions on the steps that a quantiser will give them.

    Args:
        network: It is changed: weights are multiples of a 127th of their filter's
            largest, which stays as it is.
        pictures: `(n, height, width, 3)` uint8 RGB; they show what the layers see.
        kept: Names of results whose layers stay float.
    """
    layers = [
        each
        for each in network.convolutions
        if network.name(each.result) not in kept
        and _filters(network.constant(each.weights), each).shape[2] <= _MOST_WEIGHTS
    ]
    shapes = [network.constant(each.weights).shape for each in layers]
    rng = np.random.default_rng(_SEED)
    chosen = pictures[rng.permutation(len(pictures))[:_PICTURES]]
    moments = [_Moments() for _ in layers]
    sources = sorted({each.source for each in layers})
    for values in network.run(sources, chosen):
        seen = dict(zip(sources, values, strict=True))
        for layer, shape, moment in zip(layers, shapes, moments, strict=True):
            moment.add(_patches(seen[layer.source], layer, shape, rng))
    for layer, moment in zip(layers, moments, strict=True):
        _round_layer(network, layer, *moment.mean_and_covariance())


class _Moments:
    """Mean and covariance of the inputs of filters, gathered picture by picture."""

    def __init__(self) -> None:
        self._count = 0
        self._sum: NDArray[np.float64] = np.zeros(())
        self._products: NDArray[np.float64] = np.zeros(())

    def add(self, patches: NDArray[np.float32]) -> None:
        """Take in `(groups, samples, weights)`."""
        self._count += patches.shape[1]
        self._sum = self._sum + patches.sum(axis=1, dtype=np.float64)
        self._products = self._products + patches.swapaxes(1, 2) @ patches

    def mean_and_covariance(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `(groups, weights)` and `(groups, weights, weights)`, with a ridge."""
        mean, squares = self._sum / self._count, self._products / self._count
        covariance = squares - mean[:, :, None] * mean[:, None]
        size = mean.shape[-1]
        # The second share is for what single precision makes of inputs that never vary.
        ridge = sum(
            share * np.trace(products, axis1=1, axis2=2) / size
            for share, products in ((_RIDGE, covariance), (_NOISE, squares))
        )
        return mean, covariance + (np.abs(ridge) + 1e-9)[:, None, None] * np.eye(size)


def _patches(
    source: NDArray[np.float32],
    layer: Convolution,
    shape: tuple[int, ...],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return what filters see at places drawn at random.

    Args:
        source: `(1, rows, columns, channels)`.
        layer: The convolution.
        shape: Of its weights.
        rng: Draws the places.

    Returns:
        `(groups, places, weights)`: one group, or the channels if it is depthwise.
    """
    height, width = shape[1:3]
    patches = tf.image.extract_patches(
        source,
        (1, height, width, 1),
        (1, *layer.strides, 1),
        (1, *layer.rates, 1),
        "SAME" if layer.is_padded else "VALID",
    )
    seen = patches.numpy().reshape(-1, height * width, source.shape[-1])
    seen = seen[rng.permutation(len(seen))[:_PLACES]]  # (places, taps, channels)
    if layer.is_depthwise:
        filters = shape[-1] // seen.shape[-1]
        return np.repeat(seen.transpose(2, 0, 1), filters, axis=0)
    return seen.reshape(1, len(seen), -1)


def _filters(weights: NDArray, layer: Convolution) -> NDArray:
    """Return weights as `(groups, filters, weights)`; depthwise groups have one."""
    if layer.is_depthwise:
        return weights.reshape(-1, weights.shape[-1]).T[:, None]
    return weights.reshape(1, weights.shape[0], -1)


def _round_layer(
    network: FloatNetwork,
    layer: Convolution,
    mean: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> None:
    weights = network.constant(layer.weights)
    filters = _filters(weights, layer).astype(np.float64)
    rounded = round_filters(filters, covariance)
    shift = ((rounded - filters) @ mean[:, :, None])[..., 0].ravel()
    bias = network.constant(layer.bias)
    flat = rounded[:, 0].T if layer.is_depthwise else rounded
    network.set_constant(layer.weights, flat.reshape(weights.shape))
    network.set_constant(layer.bias, bias - shift)


def round_filters(
    filters: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Round filters so that the variance of what they get wrong is small.

    Args:
        filters: `(groups, filters, weights)`; those of a group see the same inputs.
        covariance: Of the inputs, `(groups, weights, weights)`, positive definite.

    Returns:
        `(groups, filters, weights)`: of each filter, whole multiples of a 127th of its
        largest weight, which stays; the others less than one step from where they were.
    """
    largest = np.abs(filters).max(axis=2, keepdims=True)
    step = np.where(largest > 0, largest, 1.0) / _STEPS
    # The weights that count most come first: the others make up for them.
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    order = np.argsort(-variance, axis=1)
    exact = np.take_along_axis(filters / step, order[:, None], axis=2)
    covariance = np.take_along_axis(covariance, order[:, :, None], axis=1)
    covariance = np.take_along_axis(covariance, order[:, None], axis=2)
    search = _Search(exact, covariance)
    rounds = _MOST_ROUNDS if filters.shape[2] <= _MOST_SEARCHED else 0
    for _ in range(rounds):
        if not search.move_weights() | search.move_pairs():
            break
    back = np.argsort(order, axis=1)
    return np.take_along_axis(search.steps, back[:, None], axis=2) * step


class _Search:
    """Whole steps near exact ones, and how they are made better move by move.

    Args:
        exact: `(groups, filters, weights)`, in steps.
        covariance: `(groups, weights, weights)`.

    Attributes:
        steps: `(groups, filters, weights)`, as they are now.
    """

    def __init__(
        self, exact: NDArray[np.float64], covariance: NDArray[np.float64]
    ) -> None:
        self._exact = exact
        self._covariance = covariance
        self._variance = np.diagonal(covariance, axis1=1, axis2=2)[:, None]
        # What is whole already, each filter's largest weight above all, stays.
        self._is_fixed = np.abs(exact - np.round(exact)) < 1e-9
        self.steps = self._pass_errors_on()
        self._pull = (self.steps - exact) @ covariance

    def move_weights(self) -> bool:
        """Move single weights to their other step where that helps."""
        moved = False
        for index in range(self.steps.shape[2]):
            move, pull = self._moves()[..., index], self._pull[..., index]
            cost = move * (2 * pull + move * self._variance[..., index])
            move = np.where(cost < -_LEAST, move, 0)
            self.steps[..., index] += move
            self._pull += move[..., None] * self._covariance[:, None, index]
            moved |= bool(move.any())
        return moved

    def move_pairs(self) -> bool:
        """Move each weight together with the one that helps it most."""
        moved = False
        for index in range(self.steps.shape[2]):
            moves, between = self._moves(), self._covariance[:, None, index]
            cost = moves * (2 * self._pull + moves * self._variance)
            move = moves[..., index, None]
            both = cost + cost[..., index, None] + 2 * move * moves * between
            both = np.where((move != 0) & (moves != 0), both, 0)
            both[..., index] = 0
            partner = both.argmin(axis=2)[..., None]
            helps = np.take_along_axis(both, partner, axis=2) < -_LEAST
            chosen = np.zeros_like(moves)
            np.put_along_axis(chosen, partner, helps.astype(float), axis=2)
            chosen *= moves
            chosen[..., index] = (move * helps)[..., 0]
            self.steps += chosen
            self._pull += chosen @ self._covariance
            moved |= bool(helps.any())
        return moved

    def _moves(self) -> NDArray[np.float64]:
        """Return what leads each weight to the step on its other side."""
        moves = np.where(self.steps > self._exact, -1.0, 1.0)
        return np.where(self._is_fixed, 0.0, moves)

    def _pass_errors_on(self) -> NDArray[np.float64]:
        """Round one weight after the other, each making up for those before it.

        Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative
        Pre-trained Transformers", 2022; here no weight goes beyond its two steps.
        """
        spread = np.linalg.cholesky(np.linalg.inv(self._covariance)).swapaxes(1, 2)
        wanted, steps = self._exact.copy(), np.round(self._exact)
        low = np.where(self._is_fixed, steps, np.floor(self._exact))
        high = np.where(self._is_fixed, steps, np.ceil(self._exact))
        for index in range(steps.shape[2]):
            near = np.round(wanted[..., index])
            near = np.clip(near, low[..., index], high[..., index])
            error = (wanted[..., index] - near) / spread[:, index, index, None]
            wanted[..., index:] -= error[..., None] * spread[:, None, index, index:]
            steps[..., index] = near
        return steps
