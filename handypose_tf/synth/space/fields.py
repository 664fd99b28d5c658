"""Smooth functions of space: ramps, bumps, noise and distances to curves."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import FloatArray


def ramp(value: ArrayLike, low: float, high: float) -> FloatArray:
    """Return 0 below `low`, 1 above `high`, smooth between."""
    share = np.clip((np.asarray(value) - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def bump(distance: FloatArray, width: float) -> FloatArray:
    """Return 1 at distance 0, falling like a Gauss curve."""
    return np.exp(-((distance / width) ** 2))


def cloud(points: FloatArray, octaves: int, *, seed: int) -> FloatArray:
    """Return smooth noise `(num_points,)`, about -0.5..0.5, with lumps of size 1."""
    total = np.zeros(len(points), np.float32)
    for octave in range(octaves):
        total += _lattice_noise(points * 2**octave, seed + 10 * octave) / 2**octave
    return total / 2


def distance_to_curve(points: FloatArray, knots: FloatArray) -> FloatArray:
    """Return the distance of points `(N, 2)` to a smooth curve through knots."""
    at, every = np.linspace(0, len(knots) - 1, 40), np.arange(len(knots))
    curve = np.stack([np.interp(at, every, knots[:, k]) for k in (0, 1)], axis=1)
    padded = np.pad(curve, ((3, 3), (0, 0)), mode="edge")
    smooth = [np.convolve(padded[:, k], np.full(7, 1 / 7), "valid") for k in (0, 1)]
    best = np.full(len(points), np.inf)
    for start, end in pairwise(np.stack(smooth, axis=1)):
        step = end - start
        share = np.clip((points - start) @ step / (step @ step), 0, 1)
        gap = points - start - share[:, None] * step
        best = np.minimum(best, (gap**2).sum(axis=1))
    return np.sqrt(best)


def smooth_noise(
    rng: np.random.Generator, height: int, width: int, cells: float, octaves: int = 4
) -> FloatArray:
    """Draw cloudy noise of about -1..1 with `cells` lumps across the picture."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        count = max(2, int(cells * 2**octave))
        grain = rng.standard_normal((count, count), np.float32)
        size = (width, height)
        total += cv2.resize(grain, size, interpolation=cv2.INTER_CUBIC) / 2**octave
    return total / 2


def _lattice_noise(points: FloatArray, seed: int) -> FloatArray:
    """Return value noise in -1..1 with a lattice of unit size."""
    table = np.random.default_rng([7, seed]).uniform(-1, 1, (32, 32, 32))
    low = np.floor(points).astype(int)
    share = points - low
    share = share * share * (3 - 2 * share)
    total = np.zeros(len(points), np.float32)
    for corner in np.ndindex(2, 2, 2):
        index = (low + corner) % 32
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        total += (weight * table[index[:, 0], index[:, 1], index[:, 2]]).astype(
            np.float32
        )
    return total
