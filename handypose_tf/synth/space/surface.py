"""What light meets at each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.mesh import IntArray


@dataclass(frozen=True)
class Spots:
    """Where on one thing a number of pixels look.

    Attributes:
        triangle: `(num_pixels,)` number of the thing's triangle.
        barycentric: `(num_pixels, 3)` where in the triangle.
        places: `(num_pixels, 2)` in the thing's picture, 0..1.
    """

    triangle: IntArray
    barycentric: FloatArray
    places: FloatArray


@dataclass(frozen=True)
class Surface:
    """The matter of a number of pixels.

    Attributes:
        colour: `(num_pixels, 3)` linear RGB reflectance.
        roughness: `(num_pixels,)` of the gloss, 0..1.
        gloss: `(num_pixels,)` strength of the gloss, 1 for bare skin.
        relief: `(num_pixels,)` fine noise around 0 that roughens the normal.
    """

    colour: FloatArray
    roughness: FloatArray
    gloss: FloatArray
    relief: FloatArray

    @classmethod
    def empty(cls, num_pixels: int) -> Surface:
        """Return black, matt pixels, to be filled by :meth:`put`."""
        rows = np.zeros((3, num_pixels), np.float32)
        return cls(np.zeros((num_pixels, 3), np.float32), *rows)

    def put(self, index: IntArray, part: Surface) -> None:
        """Set the pixels of an index to those of another surface."""
        self.colour[index], self.roughness[index] = part.colour, part.roughness
        self.gloss[index], self.relief[index] = part.gloss, part.relief
