"""A camera: from metres to pixels.

The camera's frame is x right, y down, z forward; a pixel's centre is its whole-number
coordinate, as everywhere in this library.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks along +z.

    Attributes:
        width, height: Size of the picture, pixels.
        focal: Focal length, pixels.
        rotation: `(3, 3)` from the world's frame to the camera's.
        translation: `(3,)` metres: `camera = rotation @ world + translation`.
        distortion: Radial distortion k of the lens: a point at `r` focal lengths from
            the middle is seen at `r (1 + k r^2)`; below 0 is a barrel.
    """

    width: int
    height: int
    focal: float
    rotation: FloatArray
    translation: FloatArray
    distortion: float = 0.0

    def view(self, points: ArrayLike) -> FloatArray:
        """Move world points `(..., 3)` to the camera's frame, lens distortion included.

        The distortion moves points sideways at their own depth, so that the pinhole
        projection of the result is the distorted picture.
        """
        seen = np.asarray(points) @ self.rotation.T + self.translation
        if self.distortion:
            slope = seen[..., :2] / np.maximum(seen[..., 2:], 1e-6)
            radius = np.minimum((slope**2).sum(axis=-1, keepdims=True), 1.0)
            seen[..., :2] *= 1 + self.distortion * radius
        return seen.astype(np.float32)

    def project(self, points: ArrayLike) -> FloatArray:
        """Return the pixels `(..., 2)` of world points `(..., 3)`."""
        return self.to_pixels(self.view(points))

    def to_pixels(self, seen: NDArray) -> FloatArray:
        """Return the pixels `(..., 2)` of points in the camera's frame `(..., 3)`."""
        return self.focal * seen[..., :2] / seen[..., 2:] + self._middle

    def rays(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """Return the directions `(..., 3)` that pixels look in; z is 1."""
        pixels = np.stack([x, y], axis=-1) - self._middle
        ones = np.ones((*pixels.shape[:-1], 1))
        return np.concatenate([pixels / self.focal, ones], axis=-1).astype(np.float32)

    def scaled(self, factor: int) -> Camera:
        """Return the same view with `factor` times as many pixels a side."""
        return Camera(
            self.width * factor,
            self.height * factor,
            self.focal * factor,
            self.rotation,
            self.translation,
            self.distortion,
        )

    @property
    def _middle(self) -> FloatArray:
        return np.array([self.width - 1, self.height - 1], np.float32) / 2
