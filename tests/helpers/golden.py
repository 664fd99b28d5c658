"""Weights and inputs of the shared golden outputs, by the recipe of their makers."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def golden_state(folder: Path, head: str) -> dict[str, NDArray]:
    """Return the generated state dict of a released head, counters left out."""
    shapes = json.loads((folder / f"{head}_state_dict.json").read_text("utf-8"))
    return {
        key: _array(key, tuple(shape))
        for key, shape in shapes.items()
        if not key.endswith("num_batches_tracked")
    }


def golden_picture(size: int) -> NDArray:
    """Return the golden input as an RGB picture in 0..255, `(1, size, size, 3)`.

    The released code's input is BGR and (x - 128) / 256.
    """
    rng = np.random.default_rng([2022, size])
    values = rng.uniform(-0.5, 0.5, (1, 3, size, size)).astype(np.float32)
    return values.transpose(0, 2, 3, 1)[..., ::-1] * 256 + 128


def _array(key: str, shape: tuple[int, ...]) -> NDArray:
    rng = np.random.default_rng([2022, zlib.crc32(key.encode())])
    if key.endswith("running_var"):
        values = rng.uniform(0.5, 1.5, shape)
    elif key.endswith(("running_mean", "bias")):
        values = rng.normal(0, 0.1, shape)
    elif len(shape) == 4:
        values = rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
    else:
        middle = 0.3 if ".bn3." in key else 1.0
        values = rng.uniform(0.8 * middle, 1.2 * middle, shape)
    return values.astype(np.float32)
