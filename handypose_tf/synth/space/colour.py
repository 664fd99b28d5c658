"""Light and its sRGB values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray


def encode_light(light: FloatArray) -> FloatArray:
    """Apply the sRGB curve (IEC 61966-2-1), with a soft shoulder above 0.8."""
    light = np.maximum(light, 0)
    over = np.maximum(light - 0.8, 0)
    light = np.minimum(light, 0.8) + 0.2 * over / (over + 0.3)
    return np.where(
        light < 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )


def decode_light(picture: NDArray[np.uint8]) -> FloatArray:
    """Return the linear light of an sRGB picture."""
    return _LINEAR[picture]


def _linear_table() -> FloatArray:
    value = np.arange(256) / 255
    curve = np.where(value < 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)


_LINEAR = _linear_table()
