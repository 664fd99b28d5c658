"""The hand that is rendered: anatomy, smooth surface, skeleton and skin in one."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handypose_tf.files import write_bytes
from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES, Anatomy, load
from handypose_tf.synth.look.detail import DETAIL_VERSION, draw_tiles
from handypose_tf.synth.look.skin import SkinTone, skin_surface
from handypose_tf.synth.look.texels import TILE, child_places
from handypose_tf.synth.pose.hand_skeleton import Skeleton, skin
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.space.mesh import IntArray, triangulate, vertex_normals
from handypose_tf.synth.space.subdivision import Subdivision
from handypose_tf.synth.space.surface import Spots, Surface
from handypose_tf.synth.world.person import Body
from handypose_tf.synth.world.things import Lit, Thing

#: Triangles that a quad of the anatomy becomes after two subdivisions.
_TRIANGLES_OF_QUAD = 32

_FOREARM = list(BONES).index("lowerarm02")


@dataclass(frozen=True)
class PosedHand:
    """An arm in a posture, metres; a right one in the frame of `anatomy.arm` at first.

    Attributes:
        coarse: `(num_coarse, 3)` points after one subdivision; light is gathered there.
        coarse_normals: `(num_coarse, 3)`.
        points: `(num_points, 3)` after two subdivisions; this is drawn.
        normals: `(num_points, 3)`.
        keypoints: `(21, 3)` joints in canonical order.
        arm_axis: `(3,)` direction of the forearm at the wrist, towards the hand.
        arm_end: `(num_border, 3)` points where the mesh of the arm ends.
    """

    coarse: FloatArray
    coarse_normals: FloatArray
    points: FloatArray
    normals: FloatArray
    keypoints: FloatArray
    arm_axis: FloatArray
    arm_end: FloatArray

    def moved(self, rotation: FloatArray, translation: FloatArray) -> PosedHand:
        """Return the arm turned and shifted; a mirroring "rotation" makes it a left."""
        turn = rotation.T.astype(np.float32)
        shift = np.asarray(translation, np.float32)
        return PosedHand(
            coarse=self.coarse @ turn + shift,
            coarse_normals=self.coarse_normals @ turn,
            points=self.points @ turn + shift,
            normals=self.normals @ turn,
            keypoints=self.keypoints @ rotation.T + translation,
            arm_axis=rotation @ self.arm_axis,
            arm_end=self.arm_end @ turn + shift,
        )


class HandModel:
    """Poses hands and knows their surface.

    Args:
        anatomy: The mesh and its rig.
        tiles: Its features, from :func:`draw_tiles`.

    Attributes:
        quads: `(num_quads, 4)` of the drawn surface.
        triangles: `(num_triangles, 3)` of the drawn surface.
        tiles: `(num_texels, channels)` of the skin, quad after quad.
        along_arm: `(num_points,)` where each drawn point lies along the unposed arm,
            metres from the wrist towards the fingers.
    """

    def __init__(self, anatomy: Anatomy, tiles: NDArray[np.uint8]) -> None:
        self.anatomy = anatomy
        self._first = Subdivision(anatomy.faces, len(anatomy.vertices))
        self._second = Subdivision(self._first.faces, self._first.num_vertices)
        self._border = self._first.border
        self.tiles = tiles.reshape(-1, tiles.shape[-1])
        self.quads = self._second.faces
        self.triangles = triangulate(self._second.faces)
        corners = child_places(2)[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3, 2)
        self._places = corners.astype(np.float32) * TILE
        self.along_arm = self._second(self._first(anatomy.vertices))[:, 1]

    def pose(self, body: Body, posture: Posture) -> PosedHand:
        """Put an arm into a posture."""
        skeleton = Skeleton(body.joints)
        transforms = skeleton.pose(posture)
        coarse = self._first(skin(body.vertices, self.anatomy.weights, transforms))
        points = self._second(coarse)
        return PosedHand(
            coarse,
            vertex_normals(coarse, self._first.faces),
            points,
            vertex_normals(points, self._second.faces),
            skeleton.keypoints(transforms),
            transforms[_FOREARM, :, 1],
            coarse[self._border],
        )

    def thing(self, hand: PosedHand, tone: SkinTone) -> Thing:
        """Return a posed arm with its skin, to be drawn."""
        places = np.zeros((len(hand.points), 2), np.float32)
        coarse = Lit(hand.coarse, hand.coarse_normals, self._second)
        matter = HandSkin(self, tone)
        return Thing(hand.points, hand.normals, self.triangles, places, matter, coarse)

    def texels(self, triangle: IntArray, barycentric: FloatArray) -> NDArray[np.uint8]:
        """Look the skin's features up.

        Args:
            triangle: `(num_pixels,)` numbers of drawn triangles.
            barycentric: `(num_pixels, 3)` where in the triangle.

        Returns:
            `(num_pixels, channels)`, as in `detail.CHANNELS`.
        """
        corners = self._places[triangle % _TRIANGLES_OF_QUAD]
        place = np.einsum("pkc,pk->pc", corners, barycentric)
        cell = np.minimum(place.astype(np.int32), TILE - 1)
        quad = triangle // _TRIANGLES_OF_QUAD
        return self.tiles[(quad * TILE + cell[:, 1]) * TILE + cell[:, 0]]


@dataclass(frozen=True)
class HandSkin:
    """The skin of an arm, looked up in the model's tiles.

    Attributes:
        model: The hand.
        tone: The colour of the skin.
    """

    model: HandModel
    tone: SkinTone
    is_skin: ClassVar[bool] = True

    def surface(self, spots: Spots) -> Surface:
        """Return what the skin is like where pixels look."""
        texels = self.model.texels(spots.triangle, spots.barycentric)
        return skin_surface(texels, self.tone)


@lru_cache(maxsize=1)
def load_hand_model(wheel: Path) -> HandModel:
    """Return the hand of a wheel; drawing its skin takes half a minute, once.

    Raises:
        DataError: If the wheel cannot be read.
    """
    anatomy = load(wheel)
    drawn = cache_folder() / f"hand_skin_{DETAIL_VERSION}.npz"
    try:
        with np.load(drawn) as stored:
            tiles = stored["tiles"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        tiles = draw_tiles(anatomy)
        packed = io.BytesIO()
        np.savez_compressed(packed, tiles=tiles)
        write_bytes(drawn, packed.getvalue())
    return HandModel(anatomy, tiles)
