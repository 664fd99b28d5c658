"""The skin of a whole body: MakeHuman's texture space, painted with what skin has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.body import HumanBody, Part
from handypose_tf.synth.look.detail import CHANNELS
from handypose_tf.synth.look.skin import SkinTone, skin_surface
from handypose_tf.synth.look.texels import TILE
from handypose_tf.synth.space.fields import smooth_noise
from handypose_tf.synth.space.surface import Spots, Surface

#: Side of the painted texture, pixels.
_SIDE = 1024

#: Of the features that the body shares with the hand, what is usual; 0..255.
_USUAL = {"mottle": 128, "grain": 128, "knuckle": 0, "palm": 20}

#: Beyond the hand's features: where lips are, and where brows are.
_LIPS, _BROWS = len(CHANNELS), len(CHANNELS) + 1


@dataclass(frozen=True)
class BareSkin:
    """The bare skin of a whole person, with lips and brows.

    Attributes:
        tone: Its colour.
        brows: Colour of the brows, linear RGB `(3,)`.
        features: `(side, side, channels)` uint8, from `BodyPaint`.
    """

    tone: SkinTone
    brows: FloatArray
    features: NDArray[np.uint8]
    is_skin: ClassVar[bool] = True

    def surface(self, spots: Spots) -> Surface:
        """Return what the skin is like where pixels look."""
        columns, rows = np.clip(spots.places * _SIDE, 0, _SIDE - 1).astype(np.int32).T
        texels = self.features[rows, columns]
        result = skin_surface(texels[:, : len(CHANNELS)], self.tone)
        lips = texels[:, _LIPS, None].astype(np.float32) / 255
        colour = result.colour * (1 - lips * np.array([0.22, 0.5, 0.42], np.float32))
        brows = texels[:, _BROWS, None].astype(np.float32) / 255
        colour += 0.8 * brows * (self.brows - colour)
        return Surface(colour, result.roughness, result.gloss, result.relief)


class BodyPaint:
    """Paints the features of a body's skin once.

    Args:
        body: The body.
        tiles: The hand's features, as `HandModel.tiles` holds them.
    """

    def __init__(self, body: HumanBody, tiles: NDArray[np.uint8]) -> None:
        self._body = body
        self._tiles = tiles

    @cached_property
    def features(self) -> NDArray[np.uint8]:
        """Return `(side, side, channels)`; see `BareSkin`."""
        result = np.zeros((_SIDE, _SIDE, len(CHANNELS) + 2), np.uint8)
        for name, value in _USUAL.items():
            result[..., CHANNELS.index(name)] = value
        rng = np.random.default_rng(0)
        for name, cells in (("mottle", 40), ("grain", 300)):
            cloud = smooth_noise(rng, _SIDE, _SIDE, cells, octaves=2)
            result[..., CHANNELS.index(name)] = np.clip(128 + 70 * cloud, 0, 255)
        self._lay_hands(result)
        part, base = self._body.parts["body"], self._body.vertices
        result[..., _LIPS] = _fill(part, _is_lip(base))
        result[..., _BROWS] = _fill(part, _is_brow(base))
        return result

    def _lay_hands(self, result: NDArray[np.uint8]) -> None:
        """Copy the hand's features into the texture, right and left."""
        part = self._body.parts["body"]
        quads = part.vertices[part.quads]
        number_of = {tuple(sorted(quad)): k for k, quad in enumerate(quads.tolist())}
        for vertices in (
            self._body.arm_quads,
            self._body.mirrored[self._body.arm_quads],
        ):
            numbers = [number_of[tuple(sorted(quad))] for quad in vertices.tolist()]
            own, wanted = quads[numbers], vertices
            corner = (wanted[:, :, None] == own[:, None, :]).argmax(axis=2)
            points = np.take_along_axis(part.quads[numbers], corner, axis=1)
            _splat(result, part.places[points], self._tiles)


def _splat(
    result: NDArray[np.uint8], corners: FloatArray, tiles: NDArray[np.uint8]
) -> None:
    """Draw each texel of each quad at its place in the texture."""
    y, x = (np.mgrid[:TILE, :TILE].reshape(2, -1, 1) + 0.5) / TILE
    a, b, c, d = (corners[:, None, k] for k in range(4))
    places = (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * d + x * c)
    columns, rows = np.clip(places * _SIDE, 0, _SIDE - 1).astype(int).reshape(-1, 2).T
    result[rows, columns, : len(CHANNELS)] = tiles


def _fill(part: Part, chosen: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Paint the faces whose vertices are all chosen, with soft edges."""
    picture = np.zeros((_SIDE, _SIDE), np.uint8)
    inside = chosen[part.vertices][part.quads].all(axis=1)
    for corners in part.places[part.quads[inside]]:
        cv2.fillConvexPoly(picture, np.rint(corners * _SIDE).astype(np.int32), 255)
    return cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.uint8, copy=False)


def _is_lip(base: FloatArray) -> NDArray[np.bool_]:
    mouth = np.array([0.0, 0.661, 0.148])
    offset = (base - mouth) / np.array([0.024, 0.0105, 0.03])
    return (offset**2).sum(axis=1) < 1


def _is_brow(base: FloatArray) -> NDArray[np.bool_]:
    x, y, z = base[:, 0], base[:, 1], base[:, 2]
    aside = np.abs(x)
    arch = 0.752 - 4.0 * (aside - 0.032) ** 2
    return (np.abs(y - arch) < 0.006) & (aside > 0.012) & (aside < 0.055) & (z > 0.1)
