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
        """Start with nothing taken."""
        self._state = state
        self._source = source
        self._taken: set[str] = set()
        self.missing: set[str] = set()

    def _take(self, key: str) -> NDArray:
        self._taken.add(key)
        if key not in self._state:
            self.missing.add(key)
            return np.zeros(0, np.float32)
        return self._state[key]

    def conv(self, key: str, *, bias: bool = False) -> list[NDArray]:
        """Return a convolution's kernel (OIHW to HWIO), and its bias if asked."""
        kernel = self._take(f"{key}.weight")
        if kernel.ndim == 4:
            kernel = kernel.transpose(2, 3, 1, 0)
        return [kernel, self._take(f"{key}.bias")] if bias else [kernel]

    def depthwise(self, key: str) -> list[NDArray]:
        """Return a depthwise convolution's kernel."""
        kernel = self._take(f"{key}.weight")
        return [kernel.transpose(2, 3, 0, 1) if kernel.ndim == 4 else kernel]

    def norm(self, key: str) -> list[NDArray]:
        """Return a batch norm's scale, offset, moving mean and moving variance."""
        names = ("weight", "bias", "running_mean", "running_var")
        return [self._take(f"{key}.{name}") for name in names]

    def dense(self, key: str) -> list[NDArray]:
        """Return a dense layer's kernel and bias."""
        return [self._take(f"{key}.weight").T, self._take(f"{key}.bias")]

    def leave(self, *prefixes: str) -> None:
        """Mark keys under these prefixes as known and unused."""
        self._taken.update(key for key in self._state if key.startswith(prefixes))

    def check(self) -> None:
        """Raise if a key was missing or one is left over.

        Raises:
            ModelError: With the keys in question.
        """
        extra = self._state.keys() - self._taken
        problems = [f"missing {key}" for key in self.missing]
        problems += [f"unexpected {key}" for key in extra]
        if problems:
            raise ModelError(f"{self._source} does not fit: {summary(problems)}")
