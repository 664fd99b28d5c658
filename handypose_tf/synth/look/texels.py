"""The surface's texels: every quad of the anatomy carries a square tile of them."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import Anatomy
from handypose_tf.synth.space.fields import ramp
from handypose_tf.synth.space.mesh import IntArray, vertex_normals
from handypose_tf.synth.space.subdivision import Subdivision

#: Texels along a side of a quad; about 0.25 mm on the hand.
TILE = 18


class Texels(NamedTuple):
    """Where all texels lie on the unposed, smooth surface, quad after quad.

    Texel `[j, i]` of a quad lies at `((i + 0.5) / TILE, (j + 0.5) / TILE)`: `x` from
    corner 0 to corner 1, `y` from corner 0 to corner 3.

    Attributes:
        points: `(num_texels, 3)` metres, frame as in `anatomy.arm`.
        normals: `(num_texels, 3)`.
        weights: `(num_texels, num_bones)` skinning weights.
    """

    points: FloatArray
    normals: FloatArray
    weights: FloatArray


def find_texels(anatomy: Anatomy) -> Texels:
    """Place the texels of an anatomy."""
    first = Subdivision(anatomy.faces, len(anatomy.vertices))
    second = Subdivision(first.faces, first.num_vertices)
    fine = second(first(anatomy.vertices))
    normals = vertex_normals(fine, second.faces)
    weights = second(first(anatomy.weights))
    values = np.concatenate([fine, normals, weights], axis=1)
    texels = _spread(values, second.faces)
    return Texels(texels[:, :3], texels[:, 3:6], texels[:, 6:])


def child_places(levels: int) -> FloatArray:
    """Return the corners of a quad's children in the quad, `(4 ** levels, 4, 2)`.

    Corner 0 of the quad is (0, 0), 1 is (1, 0), 2 is (1, 1), 3 is (0, 1); the children
    come in the order of :class:`Subdivision`.
    """
    places = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], float)
    for _ in range(levels):
        center = places.mean(axis=1)
        edges = (places + np.roll(places, -1, axis=1)) / 2
        children = np.empty((len(places), 4, 4, 2))
        for k in range(4):
            children[:, k, k] = places[:, k]
            children[:, k, (k + 1) % 4] = edges[:, k]
            children[:, k, (k + 2) % 4] = center
            children[:, k, (k + 3) % 4] = edges[:, k - 1]
        places = children.reshape(-1, 4, 2)
    return places


def look_up_nails(anatomy: Anatomy) -> FloatArray:
    """Return how much of each texel is nail, `(num_texels,)` 0..1."""
    x, y = np.meshgrid(*[_GRID] * 2)
    weight = np.stack([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y])
    place = np.einsum("kji,fkc->fjic", weight, anatomy.texture)
    pixels = (place * anatomy.nails.shape[0] - 0.5).astype(np.float32)
    columns, rows = np.moveaxis(pixels.reshape(len(place), -1, 2), -1, 0)
    soft = cv2.GaussianBlur(anatomy.nails, (0, 0), 0.8)
    value = cv2.remap(soft, columns, rows, cv2.INTER_LINEAR)
    return ramp(value.ravel() / 255.0, 0.35, 0.6)


_GRID = (np.arange(TILE) + 0.5) / TILE


def _spread(values: FloatArray, fine_faces: IntArray) -> FloatArray:
    """Interpolate twice-subdivided vertices to the texels of their first parents."""
    places = child_places(2)
    quads = fine_faces.reshape(-1, len(places), 4)
    shape = (len(quads), TILE, TILE, values.shape[1])
    result = np.empty(shape, np.float32)
    for j, y in enumerate(_GRID):
        for i, x in enumerate(_GRID):
            inside = next(k for k, p in enumerate(places) if _contains(p, x, y))
            weight = _bilinear(places[inside], x, y)
            corners = values[quads[:, inside]]
            result[:, j, i] = np.einsum("fkc,k->fc", corners, weight)
    return result.reshape(-1, values.shape[1])


def _contains(place: FloatArray, x: float, y: float) -> bool:
    low, high = place.min(axis=0), place.max(axis=0)
    return bool(low[0] <= x <= high[0] and low[1] <= y <= high[1])


def _bilinear(place: FloatArray, x: float, y: float) -> FloatArray:
    """Return the weights of a square's four corners (in any turn) at a point in it."""
    size = np.ptp(place, axis=0)
    return np.prod(1 - np.abs(place - [x, y]) / size, axis=1)
