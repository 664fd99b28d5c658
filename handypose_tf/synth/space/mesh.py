"""Small tools for meshes: triangles of quads and smooth normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray

IntArray = NDArray[np.integer]


def triangulate(quads: IntArray) -> IntArray:
    """Cut quads `(F, 4)` into triangles `(2 F, 3)`; `2 f` and `2 f + 1` come of `f`."""
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def vertex_normals(points: FloatArray, faces: IntArray) -> FloatArray:
    """Return unit normals `(num_points, 3)`, the mean of the faces' by area.

    Args:
        points: `(num_points, 3)`.
        faces: `(F, 3)` triangles or `(F, 4)` quads.
    """
    across = points[faces[:, 2]] - points[faces[:, 0]]
    along = points[faces[:, -1]] - points[faces[:, 1]]
    if faces.shape[1] == 3:
        along = points[faces[:, 2]] - points[faces[:, 1]]
    normal = np.cross(across, along)
    corner = faces.ravel()
    each = np.repeat(normal, faces.shape[1], axis=0)
    total = np.stack(
        [np.bincount(corner, each[:, k], len(points)) for k in range(3)], axis=1
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.maximum(length, 1e-20)).astype(np.float32)
