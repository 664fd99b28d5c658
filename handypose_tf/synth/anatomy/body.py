"""The whole MakeHuman body with its clothes-like helper meshes, as plain arrays."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy import arm
from handypose_tf.synth.anatomy.makehuman import (
    MakeHumanMesh,
    Rig,
    RigReader,
    read_mesh,
    read_parents,
    read_weights,
    read_wheel,
)
from handypose_tf.synth.space.mesh import IntArray

_SIDES = ("R", "L")

#: Bones in an order in which parents come first, with their parents.
BONES: dict[str, str | None] = {
    "root": None,
    "spine05": "root",
    **{f"spine0{k}": f"spine0{k + 1}" for k in range(4, 0, -1)},
    "neck01": "spine01",
    "head": "neck01",
    **{
        bone: parent
        for side in _SIDES
        for bone, parent in {
            f"upperleg01.{side}": "root",
            f"lowerleg01.{side}": f"upperleg01.{side}",
            f"foot.{side}": f"lowerleg01.{side}",
            f"clavicle.{side}": "spine01",
            **{
                f"{bone}.{side}": f"{parent or 'clavicle'}.{side}"
                for bone, parent in arm.BONES.items()
            },
        }.items()
    },
}

#: Marker cubes besides those of the arm: mesh groups whose middle is a joint.
_CUBES = {
    "pelvis": "joint-pelvis",
    "spine04": "joint-spine-4",
    "spine03": "joint-spine-3",
    "spine02": "joint-spine-2",
    "spine01": "joint-spine-1",
    "neck": "joint-neck",
    "head": "joint-head",
    "crown": "joint-head-2",
    "mouth": "joint-jaw",
    "eye": "joint-r-eye",
    "clavicle": "joint-r-clavicle",
    "hip": "joint-r-upper-leg",
    "knee": "joint-r-knee",
    "ankle": "joint-r-ankle",
    "ground": "joint-ground",
}

#: Joints of the right side and of the middle; first those of the arm.
JOINTS = (*arm.JOINTS, *_CUBES)

_GROUPS = {
    "body": ("body",),
    "tights": ("helper-tights",),
    "skirt": ("helper-skirt",),
    "hair": ("helper-hair",),
    "eyes": ("helper-l-eye", "helper-r-eye"),
}


@dataclass(frozen=True)
class Part:
    """A piece of the mesh with a texture.

    Attributes:
        vertices: `(num_points,)` the body's vertex of each point; a vertex on a seam of
            the texture has several points.
        quads: `(num_quads, 4)` points.
        places: `(num_points, 2)` in the texture, 0..1, y downwards.
    """

    vertices: IntArray
    quads: IntArray
    places: FloatArray


@dataclass(frozen=True)
class HumanBody(Rig):
    """A body, helper meshes included; bones and joints as in `BONES` and `JOINTS`.

    Attributes:
        parts: `body`, `tights`, `skirt`, `hair` and `eyes`.
        mirrored: `(num_vertices,)` the vertex on the other side.
        arm_quads: `(num_arm_quads, 4)` vertices of the right arm's faces, in the order
            of `arm.Anatomy.faces`.
    """

    parts: dict[str, Part]
    mirrored: IntArray
    arm_quads: IntArray


@lru_cache(maxsize=1)
def load_body(wheel: Path) -> HumanBody:
    """Read the body out of the wheel.

    Raises:
        DataError: If the file is no such wheel.
    """
    return read_wheel(wheel, _read)


def _read(archive: zipfile.ZipFile) -> HumanBody:
    mesh = read_mesh(archive)
    num_points = len(mesh.points)
    rig = RigReader(archive, mesh, (*arm.CUBES.values(), *_CUBES.values()))
    placed = rig.place(mesh.points)
    of_arm = read_weights(archive, [f"{b}.R" for b in arm.BONES], num_points)
    kept = arm.cut_arm(mesh.faces["body"], of_arm)[0]
    return HumanBody(
        vertices=placed[:num_points],
        joints=placed[num_points:],
        weights=_read_weights(archive, num_points),
        targets=rig.targets(arm.MACRO_TARGETS),
        parts={name: _part(mesh, names) for name, names in _GROUPS.items()},
        mirrored=_find_mirrored(mesh.points),
        arm_quads=mesh.faces["body"][kept],
    )


def _read_weights(archive: zipfile.ZipFile, num_points: int) -> FloatArray:
    """Read the weights of `BONES`; other bones' go to the next of these above them."""
    parents = read_parents(archive)
    order = {bone: column for column, bone in enumerate(BONES)}
    weights = np.zeros((num_points, len(BONES)))
    of_all = read_weights(archive, parents, num_points)
    for bone, column in zip(parents, of_all.T, strict=True):
        while bone not in order:
            bone = parents[bone] or "root"
        weights[:, order[bone]] += column
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _part(mesh: MakeHumanMesh, groups: tuple[str, ...]) -> Part:
    vertices = np.concatenate([mesh.faces[group] for group in groups])
    texture = np.concatenate([mesh.texture_faces[group] for group in groups])
    both = np.stack([vertices, texture], axis=-1).reshape(-1, 2)
    used, quads = np.unique(both, axis=0, return_inverse=True)
    places = np.abs(mesh.texture[used[:, 1]] - [0, 1]).astype(np.float32)
    return Part(used[:, 0], quads.reshape(-1, 4), places)


def _find_mirrored(points: NDArray) -> IntArray:
    """Pair each vertex with the one at the mirrored place; the base is symmetric."""
    keys = np.rint(points * 1e4).astype(np.int64)
    order = np.lexsort(keys.T)
    mirrored = np.lexsort((keys * [-1, 1, 1]).T)
    result = np.empty(len(points), np.intp)
    result[mirrored] = order
    return result
