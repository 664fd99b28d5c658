"""Turns and shifts in space, as 3x3 and 3x4 matrices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import FloatArray


def rotation(axis: ArrayLike, degrees: float) -> FloatArray:
    """Return the `(3, 3)` matrix of a right-handed turn about an axis (Rodrigues)."""
    axis = np.asarray(axis, np.float64)
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.deg2rad(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def turn_about(center: FloatArray, turn: FloatArray | None) -> FloatArray:
    """Return the `(3, 4)` transform that turns about a point; none if `None`."""
    matrix = np.eye(3) if turn is None else turn
    return np.column_stack([matrix, center - matrix @ center])


def compose(outer: FloatArray, inner: FloatArray) -> FloatArray:
    """Return the `(3, 4)` transform that first does `inner`, then `outer`."""
    shift = outer[:, :3] @ inner[:, 3] + outer[:, 3]
    return np.column_stack([outer[:, :3] @ inner[:, :3], shift])


def frame_around(axis: FloatArray) -> FloatArray:
    """Return an orthonormal frame `(3, 3)` whose last row is the axis' direction."""
    axis = axis / np.linalg.norm(axis)
    x = np.cross(np.eye(3)[np.abs(axis).argmin()], axis)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(axis, x), axis])


def directions(points: Sequence[FloatArray]) -> list[FloatArray]:
    """Return the unit vectors from each point to the next."""
    steps = [after - before for before, after in pairwise(points)]
    return [step / np.linalg.norm(step) for step in steps]
