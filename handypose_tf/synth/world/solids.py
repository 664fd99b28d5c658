"""Things that a hand can close around: their shape for touch, and for the picture.

A solid answers how far a point is from its surface, below 0 inside, so that fingers
can be bent until they touch it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.transforms import frame_around
from handypose_tf.synth.world.things import Material, Thing, ball, box, cylinder, ring


class Solid(Protocol):
    """A body in space, metres."""

    @property
    def center(self) -> FloatArray:
        """Its middle `(3,)`."""
        ...

    def distance(self, points: FloatArray) -> FloatArray:
        """Return how far points `(n, 3)` are from its surface; below 0 inside."""
        ...

    def shifted(self, shift: FloatArray) -> Self:
        """Return it moved by `(3,)`."""
        ...

    def thing(self, material: Material) -> Thing:
        """Return what is drawn."""
        ...


@dataclass(frozen=True)
class Rod:
    """A cylinder: a can, a handle, a pen, somebody's arm.

    Attributes:
        center: `(3,)` its middle.
        axis: `(3,)` unit vector.
        radius: Metres.
        length: Metres.
    """

    center: FloatArray
    axis: FloatArray
    radius: float
    length: float

    def distance(self, points: FloatArray) -> FloatArray:
        """Return how far points are from its surface."""
        away = points - self.center
        along = away @ self.axis
        across = np.linalg.norm(away - along[:, None] * self.axis, axis=1)
        return _outside(
            np.stack([across - self.radius, np.abs(along) - self.length / 2])
        )

    def shifted(self, shift: FloatArray) -> Rod:
        """Return it moved."""
        return Rod(self.center + shift, self.axis, self.radius, self.length)

    def thing(self, material: Material) -> Thing:
        """Return what is drawn."""
        return cylinder(self.center, self.axis, self.radius, self.length, material)


@dataclass(frozen=True)
class Ball:
    """A ball.

    Attributes:
        center: `(3,)` its middle.
        radius: Metres.
    """

    center: FloatArray
    radius: float

    def distance(self, points: FloatArray) -> FloatArray:
        """Return how far points are from its surface."""
        return np.linalg.norm(points - self.center, axis=1) - self.radius

    def shifted(self, shift: FloatArray) -> Ball:
        """Return it moved."""
        return Ball(self.center + shift, self.radius)

    def thing(self, material: Material) -> Thing:
        """Return what is drawn."""
        return ball(self.center, [self.radius] * 3, material)


@dataclass(frozen=True)
class Block:
    """A box: a telephone, a card, a book.

    Attributes:
        center: `(3,)` its middle.
        axes: `(3, 3)` unit rows, the directions of its sides.
        size: `(3,)` length of its sides.
    """

    center: FloatArray
    axes: FloatArray
    size: FloatArray

    def distance(self, points: FloatArray) -> FloatArray:
        """Return how far points are from its surface."""
        return _outside(
            np.abs((points - self.center) @ self.axes.T).T - self.size[:, None] / 2
        )

    def shifted(self, shift: FloatArray) -> Block:
        """Return it moved."""
        return Block(self.center + shift, self.axes, self.size)

    def thing(self, material: Material) -> Thing:
        """Return what is drawn."""
        return box(self.center, self.axes, self.size, material)


@dataclass(frozen=True)
class Ring:
    """A ring of round section: a steering wheel, the frame of a racket.

    Attributes:
        center: `(3,)` its middle.
        normal: `(3,)` unit vector, square to its plane.
        radius: From the middle to the middle of the section.
        thickness: Radius of the section.
    """

    center: FloatArray
    normal: FloatArray
    radius: float
    thickness: float

    def distance(self, points: FloatArray) -> FloatArray:
        """Return how far points are from its surface."""
        flat = (points - self.center) @ frame_around(self.normal).T
        across = np.linalg.norm(flat[:, :2], axis=1) - self.radius
        return np.hypot(across, flat[:, 2]) - self.thickness

    def shifted(self, shift: FloatArray) -> Ring:
        """Return it moved."""
        return Ring(self.center + shift, self.normal, self.radius, self.thickness)

    def thing(self, material: Material) -> Thing:
        """Return what is drawn."""
        return ring(self.center, self.normal, self.radius, self.thickness, material)


def _outside(gaps: FloatArray) -> FloatArray:
    """Return the distance from where all of the gaps `(k, n)` are below 0."""
    beyond = np.linalg.norm(np.maximum(gaps, 0), axis=0)
    return beyond + np.minimum(gaps.max(axis=0), 0)
