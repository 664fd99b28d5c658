"""Where on the hand each texel is: on which finger, how far along it, on which side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES, JOINTS, Anatomy
from handypose_tf.synth.look.texels import Texels
from handypose_tf.synth.pose.rest_pose import finger_back, finger_chain
from handypose_tf.synth.space.fields import cloud, ramp
from handypose_tf.synth.space.transforms import directions

_MM = 1e-3


class FingerMap(NamedTuple):
    """The texels of one finger.

    Attributes:
        texels: `(n,)` their numbers.
        along: `(4, n)` how far each lies beyond the finger's joints, metres.
        wave: `(n,)` slow noise of about -0.5..0.5, that makes lines uneven.
        first_bone: Length of the finger's first bone, metres.
    """

    texels: NDArray[np.intp]
    along: FloatArray
    wave: FloatArray
    first_bone: float


class HandMap:
    """The map of an unposed hand.

    Args:
        anatomy: The hand.
        texels: Its texels.

    Attributes:
        points: `(num_texels, 3)` metres.
        facing: `(num_texels,)` 1 on the back, -1 on the palm's side.
        on_finger: `(num_texels,)` 0..1.
        on_hand: `(num_texels,)` 0..1, 0 on the arm.
        wave: `(num_texels,)` slow noise of about -0.5..0.5.
        chains: The four joints of each finger, thumb first.
    """

    def __init__(self, anatomy: Anatomy, texels: Texels) -> None:
        rest = dict(zip(JOINTS, anatomy.joints.astype(np.float64), strict=True))
        self.points = texels.points
        self.chains = [finger_chain(rest, finger) for finger in range(1, 6)]
        shares = _finger_shares(texels.weights)
        nearest = shares.argmax(axis=1)
        self.on_finger = ramp(shares.max(axis=1), 0.3, 0.8)
        self.on_hand = ramp(texels.points[:, 1], -0.01, 0.02)
        self.wave = cloud(texels.points / (4 * _MM), 2, seed=3)
        backs = np.stack([finger_back(finger) for finger in range(1, 6)])[nearest]
        hand_back = np.array([0.0, 0.0, 1.0])
        back = hand_back + self.on_finger[:, None] * (backs - hand_back)
        self.facing = (texels.normals * back).sum(axis=1)
        self._fingers = [
            self._map_finger(
                chain, np.flatnonzero((nearest == k) & (self.on_finger > 0))
            )
            for k, chain in enumerate(self.chains)
        ]

    def over_fingers(self, feature: Callable[[FingerMap], FloatArray]) -> FloatArray:
        """Draw a feature on each finger; 0 elsewhere, fading at the fingers' roots."""
        total = np.zeros(len(self.points))
        for finger in self._fingers:
            total[finger.texels] = feature(finger)
        return total * self.on_finger

    def _map_finger(
        self, chain: list[FloatArray], texels: NDArray[np.intp]
    ) -> FingerMap:
        first, second, third = directions(chain)
        axes = [first, first + second, second + third, third]
        along = np.stack(
            [
                (self.points[texels] - joint) @ (axis / np.linalg.norm(axis))
                for joint, axis in zip(chain, axes, strict=True)
            ]
        )
        length = float(np.linalg.norm(chain[1] - chain[0]))
        return FingerMap(texels, along, self.wave[texels], length)


def _finger_shares(weights: FloatArray) -> FloatArray:
    """Return how much each finger moves each texel, `(num_texels, 5)`."""
    order = list(BONES)
    columns = [
        [order.index(f"finger{finger}-{bone}") for bone in (1, 2, 3)]
        for finger in range(1, 6)
    ]
    return np.stack([weights[:, column].sum(axis=1) for column in columns], axis=1)
