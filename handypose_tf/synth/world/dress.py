"""Clothes and hair: pieces of the body's mesh and of its helper meshes, painted."""

from __future__ import annotations

import cv2
import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.body import Part
from handypose_tf.synth.space.fields import smooth_noise
from handypose_tf.synth.space.mesh import IntArray, triangulate, vertex_normals
from handypose_tf.synth.world.props import draw_cloth
from handypose_tf.synth.world.things import Material, Thing
from handypose_tf.synth.world.wardrobe import Wardrobe

#: Colours of hair, linear RGB: black, dark and light brown, blond, red, grey, white.
_HAIR = (
    (0.01, 0.008, 0.007),
    (0.03, 0.017, 0.01),
    (0.1, 0.055, 0.028),
    (0.4, 0.26, 0.12),
    (0.22, 0.06, 0.02),
    (0.22, 0.21, 0.2),
    (0.6, 0.58, 0.55),
)
_HAIR_SHARES = (0.3, 0.28, 0.15, 0.1, 0.04, 0.08, 0.05)

_DARK_ONLY = (1, 1, 0.05, 0.03, 0, 1, 0.5)

#: Share of melanosomes beyond which hair is dark.
_DARK_SKIN = 0.1

_IRISES = (
    (0.06, 0.025, 0.01),
    (0.1, 0.06, 0.02),
    (0.08, 0.17, 0.25),
    (0.1, 0.15, 0.08),
)

#: Share of people who wear no shoes.
BAREFOOT = 0.3

_CM = 0.01


class Outfit:
    """One person's clothes and hair.

    Args:
        rng: Source of chance.
        wardrobe: Where clothes are cut.
        melanin: Of the skin; it goes with the hair's colour.
        is_male: Whether a beard may grow.
        barefoot: Chance of no shoes.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        wardrobe: Wardrobe,
        *,
        melanin: float,
        is_male: bool,
        barefoot: float = BAREFOOT,
    ) -> None:
        self._wardrobe = wardrobe
        self._body = wardrobe.body
        self.hair_colour = _draw_hair_colour(rng, melanin)
        self._pieces: list[tuple[str, FloatArray, float, float, Material]] = []
        self._draw_clothes(rng, barefoot)
        self._draw_hair(rng, is_male)
        self._eyes = _draw_eyes(rng)

    def things(self, points: FloatArray) -> list[Thing]:
        """Return the clothes, hair and eyes of a posed body.

        Args:
            points: `(num_vertices, 3)` metres.
        """
        worn = [self._piece(points, *piece) for piece in self._pieces]
        return [*worn, self._eye(points)]

    def bare(self) -> IntArray:
        """Return the quads of the body that no clothes cover."""
        part = self._body.parts["body"]
        hidden = self._hidden[part.vertices][part.quads].all(axis=1)
        return part.quads[~hidden]

    def _draw_clothes(self, rng: np.random.Generator, barefoot: float) -> None:
        wardrobe = self._wardrobe
        sleeve = float(rng.choice([0.12, 0.45, 0.85, 1.35, 1.93], p=_SLEEVES))
        sleeve += float(rng.uniform(-0.08, 0.05))
        hem = float(rng.uniform(-0.35, -0.02))
        neck = float(rng.uniform(0.85, 1.12))
        waist = float(rng.uniform(0.02, 0.16))
        length = float(rng.choice([0.35, 0.8, 1.95], p=[0.12, 0.13, 0.75]))
        loose = float(rng.uniform(0.4, 1.6)) * _CM
        lower, upper = _cloth(rng), _cloth(rng)
        hidden = wardrobe.shirt(hem + 0.12, neck - 0.1, sleeve - 0.15) > 0
        if rng.random() < 0.12:
            skirt = wardrobe.above(float(rng.uniform(-0.6, -0.1)))
            self._pieces.append(("skirt", skirt, 0.2 * _CM, 0.3 * _CM, lower))
        else:
            trousers = wardrobe.trousers(waist, length)
            self._pieces.append(("tights", trousers, 0.4 * _CM, 0.3 * _CM, lower))
            hidden |= wardrobe.trousers(waist - 0.1, length - 0.2) > 0
        shirt = wardrobe.shirt(hem, neck, sleeve)
        self._pieces.append(("tights", shirt, 0.4 * _CM + loose, loose / 2, upper))
        if rng.random() < 0.2:
            jacket = wardrobe.jacket(hem - 0.05, float(rng.uniform(0.02, 0.1)))
            gap = 1.2 * _CM + loose
            self._pieces.append(("tights", jacket, gap, loose / 2, _cloth(rng)))
        shoe = Material(draw_cloth(rng).picture * np.float32(0.5), 0.4, 0.6)
        if rng.random() >= barefoot:
            self._pieces.append(("body", wardrobe.leg - 1.9, 0.8 * _CM, 0.0, shoe))
            hidden = hidden | (wardrobe.leg > 2.05)
        self._hidden = hidden

    def _draw_hair(self, rng: np.random.Generator, is_male: bool) -> None:
        hair = _hair_material(rng, self.hair_colour)
        scalp = self._wardrobe.scalp(float(rng.uniform(-0.012, 0.02)))
        if rng.random() < 0.92:
            thickness = float(rng.uniform(0.3, 2.2)) * _CM
            self._pieces.append(("body", scalp, thickness, thickness / 4, hair))
        if rng.random() < (0.06 if is_male else 0.6):
            long = self._wardrobe.long_hair(float(rng.uniform(0.25, 0.62)))
            self._pieces.append(("hair", long, 0.3 * _CM, 0.5 * _CM, hair))
        if is_male and rng.random() < 0.35:
            beard = self._wardrobe.beard()
            self._pieces.append(("body", beard, 0.35 * _CM, 0.1 * _CM, hair))

    def _piece(
        self,
        points: FloatArray,
        name: str,
        covered: FloatArray,
        gap: float,
        folds: float,
        material: Material,
    ) -> Thing:
        """Cut a piece, put it a gap off the body, and fold it."""
        part = self._body.parts[name]
        depth = covered[part.vertices][part.quads]
        quads = part.quads[(depth > 0).any(axis=1)]
        used, quads = np.unique(quads, return_inverse=True)
        quads = quads.reshape(-1, 4)
        vertices = part.vertices[used]
        normals = vertex_normals(points, part.vertices[part.quads])[vertices]
        rest, points = (
            cut(p[vertices], covered[vertices], quads)
            for p in (self._body.vertices, points)
        )
        wave = np.sin(rest @ [37.0, 23.0, 31.0] + 2 * np.sin(rest @ [11.0, 29.0, 17.0]))
        placed = points + normals * (gap + folds * wave)[:, None]
        places = np.stack([2.2 * (rest[:, 0] + rest[:, 2]), 2.2 * rest[:, 1]], axis=1)
        return Thing(
            placed.astype(np.float32),
            _smooth_normals(placed.astype(np.float32), vertices, quads),
            triangulate(quads),
            places.astype(np.float32),
            material,
        )

    def _eye(self, points: FloatArray) -> Thing:
        part = self._body.parts["eyes"]
        rest = self._body.vertices[part.vertices]
        side = np.sign(rest[:, :1])
        middle = np.array([0.03077, 0.72842, 0.125])
        aside = rest - middle * np.concatenate([side, 1 + 0 * side, 1 + 0 * side], 1)
        radius = np.linalg.norm(aside[:, :2], axis=1) / 0.0138
        outer = np.where(aside[:, 2] > 0, np.minimum(radius, 0.99), 0.99)
        placed = points[part.vertices]
        return Thing(
            placed,
            vertex_normals(placed, part.quads),
            triangulate(part.quads),
            np.stack([outer, 0 * outer], axis=1).astype(np.float32),
            self._eyes,
        )


_SLEEVES = (0.1, 0.33, 0.04, 0.12, 0.41)


def cut(points: FloatArray, depth: FloatArray, quads: IntArray) -> FloatArray:
    """Draw the points beyond a hem back to it, so that it is no saw.

    Args:
        points: `(num_points, 3)`.
        depth: `(num_points,)`, below 0 beyond the hem.
        quads: `(num_quads, 4)`, each with a point within.
    """
    # Where a point has a neighbour within along a side, that one is taken; the last.
    pairs = [np.stack([quads, np.roll(quads, k, axis=1)], axis=-1) for k in (2, 1, 3)]
    edges = np.concatenate([pair.reshape(-1, 2) for pair in pairs])
    edges = edges[(depth[edges[:, 0]] <= 0) & (depth[edges[:, 1]] > 0)]
    outer, inner = edges.T
    share = (depth[outer] / (depth[outer] - depth[inner]))[:, None]
    result = points.copy()
    result[outer] = points[outer] + share * (points[inner] - points[outer])
    return result


def skin_points(part: Part, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the points `(num_points, 3)` of a part of a posed body, and normals."""
    normals = vertex_normals(points, part.vertices[part.quads])
    return points[part.vertices], normals[part.vertices]


def _smooth_normals(
    placed: FloatArray, vertices: IntArray, quads: IntArray
) -> FloatArray:
    """Return normals that do not break where the texture has a seam."""
    used, own = np.unique(vertices, return_inverse=True)
    joined = np.zeros((len(used), 3), np.float32)
    joined[own] = placed
    return vertex_normals(joined, own[quads])[own]


def _draw_hair_colour(rng: np.random.Generator, melanin: float) -> FloatArray:
    """Draw a colour: on dark skin mostly a dark one."""
    shares = np.array(_HAIR_SHARES)
    if melanin > _DARK_SKIN:
        shares = shares * _DARK_ONLY
    number = int(rng.choice(len(_HAIR), p=shares / shares.sum()))
    return np.array(_HAIR[number], np.float32) * np.float32(rng.uniform(0.7, 1.3))


def _hair_material(rng: np.random.Generator, colour: FloatArray) -> Material:
    """Return hair: its colour in streaks."""
    streaks = smooth_noise(rng, 64, 256, 12, octaves=4)
    drawn_out = cv2.resize(streaks[:16], (256, 256))
    picture = colour * np.exp(0.5 * drawn_out)[..., None]
    return Material(picture.astype(np.float32), 0.4, 0.8)


def _draw_eyes(rng: np.random.Generator) -> Material:
    """Return a row from an eye's middle outwards: pupil, iris, white."""
    row = np.full((1, 32, 3), 0.55, np.float32) * np.array([1, 0.96, 0.92], np.float32)
    row[:, :14] = _IRISES[rng.integers(len(_IRISES))]
    row[:, :6] = 0.004
    return Material(row, 0.1, 1.5)


def _cloth(rng: np.random.Generator) -> Material:
    """Draw cloth with the shades of its folds."""
    cloth = draw_cloth(rng)
    height, width = cloth.picture.shape[:2]
    picture = cv2.GaussianBlur(cloth.picture, (0, 0), 2.0)
    shade = smooth_noise(rng, height, width, rng.uniform(2, 6), octaves=3)
    shade = np.exp(rng.uniform(0.05, 0.3) * shade)[..., None]
    return Material((picture * shade).astype(np.float32), 0.9, 0.15)
