"""Catmull-Clark subdivision of a mesh of quads.

E. Catmull, J. Clark, "Recursively generated B-spline surfaces on arbitrary topological
meshes", Computer-Aided Design 1978. A step is a fixed linear map of the vertices, so it
is set up once for a mesh and applied to every posed hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.mesh import IntArray

#: Entries of a sparse matrix: rows, columns, weights.
_Rows = tuple[NDArray, NDArray, NDArray]


class Subdivision:
    """One step: every quad becomes four, and the surface smoother.

    New vertices are ordered: the old vertices, one for each edge, one for each face.
    The children of face `f` are the faces `4 f .. 4 f + 3`; child `k` holds corner `k`
    of its parent as its own corner `k`.

    Args:
        faces: `(num_faces, 4)` vertex indices.
        num_vertices: Number of vertices that `faces` refers to.

    Attributes:
        num_vertices: Number of refined vertices.
        faces: `(4 * num_faces, 4)` refined faces.
        border: Old vertices on the mesh's border; refined ones keep their numbers.
    """

    def __init__(self, faces: IntArray, num_vertices: int) -> None:
        edges, face_edges, edge_faces = _edges(faces)
        edge_base = num_vertices
        face_base = num_vertices + len(edges)
        self.num_vertices = face_base + len(faces)
        self.border = np.unique(edges[edge_faces[:, 1] < 0])
        self.faces = _child_faces(faces, edge_base + face_edges, face_base)
        rows = [
            *_vertex_rows(faces, edges, edge_faces, num_vertices),
            *_edge_rows(faces, edges, edge_faces, edge_base),
            (
                np.repeat(np.arange(face_base, self.num_vertices), 4),
                faces.ravel(),
                np.full(faces.size, 0.25),
            ),
        ]
        row, column, weight = (
            np.concatenate(parts) for parts in zip(*rows, strict=True)
        )
        self._gather = _sparse_rows(row, column, weight, num_vertices)

    def __call__(self, values: FloatArray) -> FloatArray:
        """Refine `(num_old_vertices, channels)` to `(num_vertices, channels)`."""
        starts, columns, weights = self._gather
        return np.add.reduceat(values[columns] * weights[:, None], starts, axis=0)


def _edges(faces: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return edges `(E, 2)`, each face's edges `(F, 4)`, each edge's faces `(E, 2)`.

    Edge `k` of a face joins its corners `k` and `k + 1`. An edge of one face only, a
    border, has -1 as its second face.
    """
    sides = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, inverse = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True)
    inverse = inverse.ravel()
    order = np.argsort(inverse, kind="stable")
    first = np.searchsorted(inverse[order], np.arange(len(edges)))
    counts = np.bincount(inverse)
    edge_faces = np.full((len(edges), 2), -1)
    edge_faces[:, 0] = order[first] // 4
    shared = counts == 2
    edge_faces[shared, 1] = order[first[shared] + 1] // 4
    return edges, inverse.reshape(-1, 4), edge_faces


def _child_faces(faces: IntArray, face_edges: IntArray, face_base: int) -> IntArray:
    """Return each face's four children, turned so that corners keep their place."""
    center = face_base + np.arange(len(faces))
    children = np.empty((len(faces), 4, 4), faces.dtype)
    for k in range(4):
        children[:, k, k] = faces[:, k]
        children[:, k, (k + 1) % 4] = face_edges[:, k]
        children[:, k, (k + 2) % 4] = center
        children[:, k, (k + 3) % 4] = face_edges[:, k - 1]
    return children.reshape(-1, 4)


def _edge_rows(
    faces: IntArray, edges: IntArray, edge_faces: IntArray, base: int
) -> list[_Rows]:
    """Edge points: mean of both ends and both face centres; the middle on a border."""
    index = base + np.arange(len(edges))
    inner = edge_faces[:, 1] >= 0
    end_weight = np.where(inner, 0.25, 0.5)
    rows = [(np.repeat(index, 2), edges.ravel(), np.repeat(end_weight, 2))]
    for side in range(2):
        corners = faces[edge_faces[inner, side]]
        weight = np.full(corners.size, 1 / 16)
        rows.append((np.repeat(index[inner], 4), corners.ravel(), weight))
    return rows


def _vertex_rows(
    faces: IntArray, edges: IntArray, edge_faces: IntArray, num_vertices: int
) -> list[_Rows]:
    """Old vertices: (F + 2 R + (n - 3) P) / n; 1/8, 6/8, 1/8 along a border."""
    border_edges = edges[edge_faces[:, 1] < 0]
    border = np.zeros(num_vertices, bool)
    border[border_edges] = True
    valence = np.maximum(np.bincount(edges.ravel(), minlength=num_vertices), 1)
    own = np.where(border, 0.75, (valence - 3) / valence + 1 / valence)
    both = np.concatenate([edges, edges[:, ::-1]])
    both = both[~border[both[:, 0]]]
    corner = np.repeat(faces.ravel(), 4)
    around = np.repeat(faces, 4, axis=0).ravel()
    inner = ~border[corner]
    along = np.concatenate([border_edges, border_edges[:, ::-1]])
    return [
        (np.arange(num_vertices), np.arange(num_vertices), own),
        (both[:, 0], both[:, 1], 1.0 / valence[both[:, 0]] ** 2),
        (corner[inner], around[inner], 0.25 / valence[corner[inner]] ** 2),
        (along[:, 0], along[:, 1], np.full(len(along), 0.125)),
    ]


def _sparse_rows(
    row: IntArray, column: IntArray, weight: FloatArray, num_columns: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Join equal entries and return row starts, columns and weights."""
    key, inverse = np.unique(row * num_columns + column, return_inverse=True)
    total = np.bincount(inverse.ravel(), weight).astype(np.float32)
    rows = key // num_columns
    return np.searchsorted(rows, np.arange(rows[-1] + 1)), key % num_columns, total
