"""Where on a body clothes and hair lie, so that they can be cut."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES as ARM_BONES
from handypose_tf.synth.anatomy.body import BONES, JOINTS, HumanBody


class Wardrobe:
    """Knows where on the body each point lies, so that clothes can be cut.

    Args:
        body: The body.

    Attributes:
        height: `(num_vertices,)` along the trunk: 0 at the hips, 1 at the neck.
        arm: `(num_vertices,)` 0 at the shoulder, 1 at the elbow, 2 at the wrist; -1
            off the arms.
        leg: `(num_vertices,)` 0 at the hip, 1 at the knee, 2 at the ankle; -1 off it.
    """

    def __init__(self, body: HumanBody) -> None:
        self.body = body
        rest = dict(zip(JOINTS, body.joints, strict=True))
        points = body.vertices * [-1, 1, 1]
        points[:, 0] = -np.abs(points[:, 0])
        low, high = rest["pelvis"][1], rest["neck"][1]
        self.height = (points[:, 1] - low) / (high - low)
        on_arm = self._share([*ARM_BONES]) > 0.4
        on_leg = self._share(["upperleg01", "lowerleg01", "foot"]) > 0.5
        chain = [rest[name] for name in ("shoulder", "elbow", "wrist")]
        self.arm = np.where(on_arm, _along(points, chain), -1)
        chain = [rest[name] for name in ("hip", "knee", "ankle")]
        self.leg = np.where(on_leg, _along(points, chain), -1)

    def _share(self, bones: list[str]) -> FloatArray:
        order = list(BONES)
        columns = [order.index(f"{bone}.{side}") for bone in bones for side in "RL"]
        return self.body.weights[:, columns].sum(axis=1)

    @cached_property
    def on_head(self) -> NDArray[np.bool_]:
        """Tell what moves with the head."""
        return self.body.weights[:, list(BONES).index("head")] > 0.6

    def shirt(self, hem: float, neck: float, sleeve: float) -> FloatArray:
        """Return how deep each vertex is under a shirt; below 0 it is bare."""
        trunk = np.minimum(self.height - hem, neck - self.height)
        return np.where(self.arm < 0, trunk, sleeve - self.arm)

    def trousers(self, waist: float, length: float) -> FloatArray:
        """Return how deep each vertex is in trousers; below 0 it is bare."""
        lower = np.where(self.leg < 0, waist - self.height, length - self.leg)
        return np.where(self.arm < 0, lower, -1)

    def jacket(self, hem: float, width: float) -> FloatArray:
        """Return how deep each vertex is under a jacket that is open in front."""
        x, _, z = self.body.vertices.T
        opening = np.maximum(np.abs(x) - width, 0.05 - z)
        covered = self.shirt(hem, 1.08, 1.9)
        return np.where(self.arm < 0, np.minimum(covered, 3 * opening), covered)

    def scalp(self, forehead: float) -> FloatArray:
        """Return how far above the hairline vertices are, metres; it can be shifted."""
        _, y, z = self.body.vertices.T
        line = 0.655 + 0.15 * np.clip((z + 0.05) / 0.17, 0, 1) + forehead
        return np.where(self.on_head, y - line, -1)

    def beard(self) -> FloatArray:
        """Return how far under a beard's edge vertices are, metres."""
        x, y, z = self.body.vertices.T
        below = np.minimum(0.652 + 0.25 * np.abs(x) - y, y - 0.6)
        return np.where(self.on_head, np.minimum(below, z - 0.03), -1)

    def long_hair(self, lowest: float) -> FloatArray:
        """Return how deep each vertex is in long hair that leaves the face free."""
        x, y, z = self.body.vertices.T
        beside = np.maximum(np.abs(x) - 0.062, 0.04 - z)
        return np.minimum(y - lowest, np.maximum(beside, y - 0.8))

    def above(self, height: float) -> FloatArray:
        """Return how far above a height vertices are, metres."""
        return self.body.vertices[:, 1] - height


def _along(points: FloatArray, chain: list[FloatArray]) -> FloatArray:
    """Return how far along a chain of three joints points lie, 0..2 and beyond."""
    steps = []
    for start, end in pairwise(chain):
        bone = end - start
        steps.append((points - start) @ bone / (bone @ bone))
    first, second = steps
    return np.where(second > 0, 1 + np.maximum(second, 0), np.minimum(first, 1))
