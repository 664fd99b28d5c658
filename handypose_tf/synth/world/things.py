"""Everything in a scene that is no skin: sleeves, held objects, what stands in front.

All are triangle meshes with a picture wrapped around them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.mesh import IntArray, triangulate
from handypose_tf.synth.space.surface import Spots, Surface
from handypose_tf.synth.space.transforms import frame_around


class Matter(Protocol):
    """What a thing is made of."""

    @property
    def is_skin(self) -> bool:
        """Whether light creeps into it, and hands are made of it."""
        ...

    def surface(self, spots: Spots) -> Surface:
        """Return what the thing is like where pixels look."""
        ...


@dataclass(frozen=True)
class Material:
    """A picture that is wrapped around a thing, and repeats beyond 0..1.

    Attributes:
        picture: `(height, width, 3)` linear RGB reflectance.
        roughness: Of its gloss, 0..1.
        gloss: Strength of its gloss.
    """

    picture: FloatArray
    roughness: float = 0.6
    gloss: float = 0.5
    is_skin: ClassVar[bool] = False

    def surface(self, spots: Spots) -> Surface:
        """Return what the picture shows where pixels look."""
        places, (height, width) = spots.places, self.picture.shape[:2]
        columns = (places[:, 0] * width).astype(np.int64) % width
        rows = (places[:, 1] * height).astype(np.int64) % height
        same = np.ones(len(places), np.float32)
        colour = self.picture[rows, columns]
        return Surface(colour, self.roughness * same, self.gloss * same, 0 * same)


@dataclass(frozen=True)
class Lit:
    """The points of a thing that gather light.

    Attributes:
        points: `(num_lit, 3)` metres, the hand's frame.
        normals: `(num_lit, 3)` unit normals.
        refine: Carries `(num_lit, channels)` over to the points that are drawn; they
            are the same if `None`.
    """

    points: FloatArray
    normals: FloatArray
    refine: Callable[[FloatArray], FloatArray] | None = None


@dataclass(frozen=True)
class Thing:
    """A mesh of some matter.

    Attributes:
        points: `(num_points, 3)` metres, the hand's frame.
        normals: `(num_points, 3)` unit normals.
        triangles: `(num_triangles, 3)`.
        places: `(num_points, 2)` where each point lies in the material's picture, 0..1.
        material: What it is made of.
        coarse: A rougher mesh on which it gathers light, of a smooth thing.
    """

    points: FloatArray
    normals: FloatArray
    triangles: IntArray
    places: FloatArray
    material: Matter
    coarse: Lit | None = None

    @property
    def lit(self) -> Lit:
        """Return what gathers light and casts shadows."""
        return self.coarse or Lit(self.points, self.normals)

    def moved(self, turn: FloatArray, shift: FloatArray) -> Self:
        """Return the thing turned and shifted; it has no rougher mesh."""
        points = (self.points @ turn.T + shift).astype(np.float32)
        normals = (self.normals @ turn.T).astype(np.float32)
        return replace(self, points=points, normals=normals, coarse=None)


def cylinder(
    center: ArrayLike, axis: ArrayLike, radius: float, length: float, material: Material
) -> Thing:
    """Make a closed cylinder around a middle, all in metres."""
    turn, steps = 36, 24
    frame = frame_around(np.asarray(axis, float))
    angle = np.linspace(0, 2 * np.pi, turn + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # Rows of (radius, height, radial part of the normal): lid, wall, lid.
    rows = [
        (0.0, 0.5, 0),
        (1.0, 0.5, 0),
        *((1.0, 0.5 - k / steps, 1) for k in range(steps + 1)),
    ]
    rows += [(1.0, -0.5, 0), (0.0, -0.5, 0)]
    points, normals, places = [], [], []
    for share, height, wall in rows:
        flat = np.column_stack(
            [ring * share * radius, np.full(turn + 1, height * length)]
        )
        points.append(flat @ frame)
        up = np.sign(height) * np.eye(3)[2] * np.ones((turn + 1, 1))
        normals.append((np.pad(ring, ((0, 0), (0, 1))) if wall else up) @ frame)
        places.append(np.column_stack([angle / np.pi, np.full(turn + 1, height)]))
    return make_thing(
        np.concatenate(points) + np.asarray(center),
        np.concatenate(normals),
        triangulate(_grid(len(rows), turn + 1)),
        np.concatenate(places),
        material,
    )


def ball(center: ArrayLike, radii: ArrayLike, material: Material) -> Thing:
    """Make an ellipsoid with half axes `radii` along x, y and z, metres."""
    rows, turn = 20, 33
    polar, angle = np.meshgrid(
        np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, turn), indexing="ij"
    )
    unit = np.stack(
        [np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle), np.cos(polar)],
        -1,
    ).reshape(-1, 3)
    radii = np.asarray(radii, float)
    normals = unit / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    places = np.stack([angle / np.pi, polar / np.pi], axis=-1).reshape(-1, 2)
    faces = triangulate(_grid(rows, turn))
    return make_thing(
        unit * radii + np.asarray(center), normals, faces, places, material
    )


def ring(
    center: ArrayLike,
    normal: ArrayLike,
    radius: float,
    thickness: float,
    material: Material,
) -> Thing:
    """Make a ring of round section (a torus), all in metres.

    Args:
        center: Its middle.
        normal: Direction square to its plane.
        radius: From the middle to the middle of the section.
        thickness: Radius of the section.
        material: What it is made of.
    """
    rows, turn = 97, 17
    frame = frame_around(np.asarray(normal, float))
    around, section = np.meshgrid(
        np.linspace(0, 2 * np.pi, rows), np.linspace(0, 2 * np.pi, turn), indexing="ij"
    )
    out = np.stack([np.cos(around), np.sin(around), 0 * around], axis=-1)
    up = np.array([0.0, 0.0, 1.0])
    normals = np.cos(section)[..., None] * out + np.sin(section)[..., None] * up
    points = radius * out + thickness * normals
    places = np.stack([4 * around / np.pi, section / np.pi], axis=-1).reshape(-1, 2)
    faces = triangulate(_grid(rows, turn))
    return make_thing(
        points.reshape(-1, 3) @ frame + np.asarray(center),
        normals.reshape(-1, 3) @ frame,
        faces,
        places,
        material,
    )


def box(
    center: ArrayLike, axes: ArrayLike, size: ArrayLike, material: Material
) -> Thing:
    """Make a box.

    Args:
        center: Its middle, metres.
        axes: `(3, 3)` unit rows, the directions of its sides.
        size: Length of its sides, metres.
        material: What it is made of; each face shows the picture once.
    """
    cells = 10
    axes, size = np.asarray(axes, float), np.asarray(size, float)
    grid = np.linspace(0, 1, cells + 1)
    places = np.stack(np.meshgrid(grid, grid, indexing="xy"), axis=-1).reshape(-1, 2)
    flat = places - 0.5
    points, normals, faces = [], [], list[IntArray]()
    for side in range(3):
        u, v = (side + 1) % 3, (side + 2) % 3
        for sign in (-0.5, 0.5):
            face = flat[:, :1] * axes[u] * size[u] + flat[:, 1:] * axes[v] * size[v]
            points.append(face + sign * size[side] * axes[side])
            normals.append(np.tile(2 * sign * axes[side], (len(flat), 1)))
            faces.append(_grid(cells + 1, cells + 1) + len(faces) * len(flat))
    return make_thing(
        np.concatenate(points) + np.asarray(center),
        np.concatenate(normals),
        triangulate(np.concatenate(faces)),
        np.tile(places, (6, 1)),
        material,
    )


def make_thing(
    points: FloatArray,
    normals: FloatArray,
    triangles: IntArray,
    places: FloatArray,
    material: Material,
) -> Thing:
    """Return a thing with its numbers in float32."""
    places = places.astype(np.float32)
    points, normals = points.astype(np.float32), normals.astype(np.float32)
    return Thing(points, normals, triangles, places, material)


def _grid(rows: int, columns: int) -> IntArray:
    """Return the quads of a grid of points, row after row."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    return np.stack([first, first + 1, first + columns + 1, first + columns], axis=1)
