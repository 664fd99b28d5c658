"""Light from many directions, each with its shadows.

A scene's light is a few dozen far lamps: a cluster for each window, lamp or sun, and a
dome of dim ones for the sky and the room. For each lamp the mesh is splatted into a
small depth grid that tells what lies in shadow; many soft shadows add up to the dark
folds between fingers that make a hand look solid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.transforms import frame_around

#: Side of a cell of the shadow grids, metres, and how far behind a cell's nearest point
#: a point must lie to be in its shadow, cells.
SHADOW_CELL = 0.0045
_BIAS_OF_CELL = 4 / 3

#: Light that creeps round the edge of a shadow in skin: red goes furthest.
_WRAP = (0.22, 0.10, 0.06)


@dataclass(frozen=True)
class Highlight:
    """The shine of one lamp.

    Attributes:
        direction: `(3,)` unit vector towards it, camera's frame.
        radiance: `(3,)` linear RGB.
        size: Its radius over its distance; a large lamp makes a wide highlight.
    """

    direction: FloatArray
    radiance: FloatArray
    size: float


@dataclass(frozen=True)
class Lights:
    """Far lamps: first those of the dome, then those of the key lights.

    Attributes:
        directions: `(num_lamps, 3)` unit vectors towards the lamps, camera's frame.
        radiance: `(num_lamps, 3)` linear RGB; a white surface that faces one lamp of
            radiance 1 is seen as 1.
        num_dome: How many lamps are the dome's.
        highlights: The shine of the key lights.
    """

    directions: FloatArray
    radiance: FloatArray
    num_dome: int
    highlights: tuple[Highlight, ...]

    @property
    def dome_radiance(self) -> FloatArray:
        """Return the light of the whole dome, linear RGB `(3,)`."""
        return self.radiance[: self.num_dome].sum(axis=0)


class Shadows:
    """The depth grids of a scene.

    Args:
        points: `(num_points, 3)` of everything that casts shadows, metres, dense.
        lights: The lamps.
        cell: Side of a cell of the grids, metres; no smaller than the points are apart.
    """

    def __init__(
        self, points: FloatArray, lights: Lights, *, cell: float = SHADOW_CELL
    ) -> None:
        self._maps = [
            _DepthGrid(points, direction, cell) for direction in lights.directions
        ]

    def visible(self, points: FloatArray) -> FloatArray:
        """Return how much of each lamp each point sees, `(num_points, num_lamps)`."""
        return np.stack([grid.visible(points) for grid in self._maps], axis=1)


class _DepthGrid:
    """The nearest points seen from one far lamp."""

    def __init__(self, points: FloatArray, direction: NDArray, cell: float) -> None:
        self._cell, self._bias = np.float32(cell), np.float32(_BIAS_OF_CELL * cell)
        self._axes = frame_around(direction).astype(np.float32)
        seen = points @ self._axes.T
        self._low = seen[:, :2].min(axis=0) - 2 * self._cell
        cells = ((seen[:, :2] - self._low) / self._cell + 0.5).astype(np.int32)
        self._shape = cells.max(axis=0) + 3
        grid = np.full(self._shape[0] * self._shape[1], -np.inf, np.float32)
        np.maximum.at(grid, cells[:, 0] * self._shape[1] + cells[:, 1], seen[:, 2])
        self._grid = grid

    def visible(self, points: FloatArray) -> FloatArray:
        """Blend the four nearest cells' answers, so that shadows have soft edges."""
        seen = points @ self._axes.T
        place = (seen[:, :2] - self._low) / self._cell
        place = np.clip(place, 0, (self._shape - 2).astype(np.float32))
        low = place.astype(np.int32)
        x, y = (place - low).T
        index = low[:, 0] * self._shape[1] + low[:, 1]
        limit = seen[:, 2] + self._bias
        lit = [self._grid[index + step] < limit for step in (0, 1)]
        near = lit[0] * (1 - y) + lit[1] * y
        lit = [self._grid[index + step + self._shape[1]] < limit for step in (0, 1)]
        far = lit[0] * (1 - y) + lit[1] * y
        return near * (1 - x) + far * x


def irradiance(
    normals: FloatArray,
    visible: FloatArray,
    lights: Lights,
    *,
    is_skin: bool,
) -> FloatArray:
    """Return the light that a surface gathers, linear RGB `(num_points, 3)`.

    Args:
        normals: `(num_points, 3)` unit normals.
        visible: `(num_points, num_lamps)` from :meth:`Shadows.visible`.
        lights: The lamps.
        is_skin: Whether light creeps round the edge of the shadow.
    """
    facing = normals @ lights.directions.T
    result = np.empty((len(normals), 3), np.float32)
    for channel, wrap in enumerate(_WRAP):
        reach = np.float32(wrap if is_skin else 0)
        gathered = np.maximum((facing + reach) / (1 + reach), 0) * visible
        result[:, channel] = gathered @ lights.radiance[:, channel]
    return result


def shine(
    normals: FloatArray,
    views: FloatArray,
    roughness: FloatArray,
    lights: Lights,
) -> FloatArray:
    """Return the key lights' highlights, linear RGB `(num_points, 3)`.

    The microfacet model of B. Walter et al., "Microfacet models for refraction through
    rough surfaces", EGSR 2007 (GGX), with Schlick's Fresnel term for skin (F0 = 0.028).

    Args:
        normals: `(num_points, 3)` unit normals.
        views: `(num_points, 3)` unit vectors towards the camera.
        roughness: `(num_points,)`.
        lights: The lamps.
    """
    total = np.zeros((len(normals), 3), np.float32)
    facing_view = np.maximum(_dot(normals, views), np.float32(0.1))
    for light in lights.highlights:
        alpha = np.minimum(roughness**2 + np.float32(light.size / 2), 1) ** 2
        half = views + light.direction
        half /= np.sqrt(_dot(half, half))[:, None]
        tilt = np.maximum(_dot(normals, half), 0) ** 2
        facing = np.clip(normals @ light.direction * 4, 0, 1)
        spread = alpha / (tilt * (alpha - 1) + 1) ** 2
        fresnel = 0.028 + 0.972 * (1 - np.maximum(half @ light.direction, 0)) ** 5
        total += (spread * fresnel * facing / (4 * facing_view))[
            :, None
        ] * light.radiance
    return total


def _dot(a: NDArray, b: NDArray) -> FloatArray:
    return np.einsum("pc,pc->p", a, b)
