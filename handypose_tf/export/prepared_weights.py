"""A network's weights made ready for 8 bits."""

from __future__ import annotations

from collections.abc import Collection

from numpy.typing import NDArray

from handypose_tf.export.equalization import equalize
from handypose_tf.export.float_network import FloatNetwork
from handypose_tf.export.rounding import round_weights


def prepare_weights(
    content: bytes, pictures: NDArray, kept_names: Collection[str] = ()
) -> bytes:
    """Bring channels to one range, and weights to steps of 8 bits.

    Args:
        content: A float32 network.
        pictures: `(n, height, width, 3)` uint8 RGB: what to calibrate on.
        kept_names: Names of the results of layers that stay float.

    Returns:
        A float32 network that computes nearly the same, and of which a quantiser that
        gives each filter the steps of its largest weight loses less.
    """
    network = FloatNetwork(content)
    equalize(network, pictures)
    round_weights(network, pictures, kept_names)
    return network.content()
