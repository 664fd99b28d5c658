"""PyTorch's arrays in the layout of Keras layers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.weights.assign import summary
from handypose_tf.weights.state_dict import StateDict


class TorchLayers:
    """Takes arrays out of a state dict, in Keras' layout, and remembers which.

    Args:
        state: Arrays by key.
        source: Name of the file, for messages.
    """

    def __init__(self, state: StateDict, source: str) -> None:
        self._state = state
        self.source = source
        self._taken: set[str] = set()
        self._problems: set[str] = set()

    def _take(self, key: str, axes: int = 1) -> NDArray:
        """Return an array; an empty one, and a problem, if it is not as expected."""
        self._taken.add(key)
        array = self._state.get(key)
        if array is not None and array.ndim == axes:
            return array
        if array is None:
            self._problems.add(f"missing {key}")
        else:
            shape = tuple(array.shape)
            self._problems.add(f"{key} has shape {shape}, expected {axes} axes")
        return np.zeros((0,) * axes, np.float32)

    def conv(self, key: str, *, bias: bool = False) -> list[NDArray]:
        """Return a convolution's kernel (OIHW to HWIO), and its bias if asked."""
        kernel = self._take(f"{key}.weight", 4).transpose(2, 3, 1, 0)
        return [kernel, self._take(f"{key}.bias")] if bias else [kernel]

    def depthwise(self, key: str) -> list[NDArray]:
        """Return a depthwise convolution's kernel."""
        return [self._take(f"{key}.weight", 4).transpose(2, 3, 0, 1)]

    def norm(self, key: str) -> list[NDArray]:
        """Return a batch norm's scale, offset, moving mean and moving variance."""
        names = ("weight", "bias", "running_mean", "running_var")
        return [self._take(f"{key}.{name}") for name in names]

    def dense(self, key: str) -> list[NDArray]:
        """Return a dense layer's kernel and bias."""
        return [self._take(f"{key}.weight", 2).T, self._take(f"{key}.bias")]

    def leave(self, *prefixes: str) -> None:
        """Mark keys under these prefixes as known and unused."""
        self._taken.update(key for key in self._state if key.startswith(prefixes))

    def check(self) -> None:
        """Raise if a key was missing, of another rank, or one is left over.

        Raises:
            ModelError: With the keys in question.
        """
        problems = [*self._problems]
        problems += [f"unexpected {key}" for key in self._state.keys() - self._taken]
        if problems:
            raise ModelError(f"{self.source} does not fit: {summary(problems)}")
