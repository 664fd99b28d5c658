"""Fingers that are bent around a solid until they touch it.

Each joint turns until what lies beyond it touches; the joints farther out go on, as an
underactuated hand closes (A. T. Miller and P. K. Allen, "GraspIt!", 2004). What touches
is the skin of the unrefined mesh.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES, Anatomy
from handypose_tf.synth.pose.collision import penetration
from handypose_tf.synth.pose.hand_skeleton import Skeleton, skin
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.world.person import Body
from handypose_tf.synth.world.solids import Solid

#: Flesh gives way by this much, metres.
_GIVE = 0.0015

#: A finger's first step, degrees of its knuckle, and the one it stops after; the other
#: joints turn by these shares of it.
_STEP, _LEAST_STEP = 8.0, 0.5
_SHARES = np.array([1.0, 1.1, 0.7])
#: How far fingers close around nothing: a fist.
FIST = np.tile([78.0, 100.0, 66.0], (4, 1))

#: A thumb's first step and the one it stops after, shares of its way.
_THUMB_STEP, _LEAST_THUMB_STEP = 0.2, 0.02

#: Parts of the hand that touch: the palm, then the three links of each finger.
_LINKS = [f"finger{finger}-{bone}" for finger in range(1, 6) for bone in (1, 2, 3)]
_PALM = ("wrist", *(f"metacarpal{k}" for k in range(1, 5)))


class Grasp:
    """Closes one person's hand around solids.

    Args:
        anatomy: The mesh and its rig.
        body: The person's arm.
    """

    def __init__(self, anatomy: Anatomy, body: Body) -> None:
        """Sort the skin by the bone that moves it."""
        owner = anatomy.weights.argmax(axis=1)
        names = list(BONES)
        parts = [[names.index(bone) for bone in _PALM]]
        parts += [[names.index(link)] for link in _LINKS]
        rows = [np.flatnonzero(np.isin(owner, part)) for part in parts]
        chosen = np.concatenate(rows)
        self._starts = np.cumsum([0, *(len(row) for row in rows)])[:-1]
        self._vertices = body.vertices[chosen]
        self._weights = anatomy.weights[chosen]
        self._skeleton = Skeleton(body.joints)
        self.unit = float(np.linalg.norm(self._skeleton.pose_keypoints(Posture())[9]))

    def keypoints(self, posture: Posture) -> FloatArray:
        """Return the 21 joints `(21, 3)` of a posture, metres."""
        return self._skeleton.pose_keypoints(posture)

    def gaps(self, posture: Posture, solid: Solid) -> FloatArray:
        """Return how far each part is from a solid, metres; below 0 inside.

        Returns:
            `(16,)`: the palm, then the three links of thumb, index .. little finger.
        """
        moved = skin(self._vertices, self._weights, self._skeleton.pose(posture))
        return np.minimum.reduceat(solid.distance(moved), self._starts)

    def rest_on(self, posture: Posture, solid: Solid) -> Solid:
        """Push a solid out of the palm until it only rests on the hand.

        The thumb's last two links do not count: they will move.
        """
        for _ in range(60):
            gaps = self.gaps(posture, solid)
            if np.delete(gaps, [2, 3]).min() >= -_GIVE:
                break
            solid = solid.shifted(np.array([0.0, 0.0, -0.002]))
        return solid

    def close_fingers(
        self, posture: Posture, solid: Solid, closed: FloatArray = FIST
    ) -> Posture:
        """Bend the four fingers until they touch.

        Args:
            posture: The open hand.
            solid: What it closes around.
            closed: `(4, 3)` flexion to stop at where nothing is touched.
        """
        flexion = np.array(posture.flexion)
        free = np.ones((4, 3), bool)
        step = np.full(4, _STEP)
        for _ in range(120):
            turn = free * step[:, None] * _SHARES
            trial = np.maximum(flexion, np.minimum(flexion + turn, closed))
            gaps = self.gaps(replace(posture, flexion=trial), solid)[4:].reshape(4, 3)
            hit = gaps < -_GIVE
            clear = ~hit.any(axis=1)
            flexion[clear] = trial[clear]
            step[~clear] /= 2
            stopped = ~clear & (step < _LEAST_STEP)
            free[stopped] &= ~_beyond(hit[stopped])
            step[stopped] = _STEP / 2
            if not (free & (flexion < closed)).any():
                break
        return replace(posture, flexion=flexion)

    def close_thumb(self, posture: Posture, solid: Solid, way: ThumbWay) -> Posture:
        """Move the thumb along a way until it touches the thing or the fingers."""
        share, free, step = np.zeros(3), np.ones(3, bool), _THUMB_STEP
        least = max(penetration(self.keypoints(way.posed(posture, share))), 0)
        for _ in range(60):
            trial = np.minimum(share + free * step, 1)
            moved = way.posed(posture, trial)
            hit = self.gaps(moved, solid)[1:4] < -_GIVE
            hit[2] |= penetration(self.keypoints(moved)) > least
            if not hit.any():
                share = trial
            elif step / 2 >= _LEAST_THUMB_STEP:
                step /= 2
            else:
                free &= ~_beyond(hit[None])[0]
                step = _THUMB_STEP / 2
            if not (free & (share < 1)).any():
                break
        return way.posed(posture, share)


class ThumbWay(NamedTuple):
    """The thumb open and closed: spread, lift, roll, flexion of its two joints."""

    start: tuple[float, ...]
    end: tuple[float, ...]

    def posed(self, posture: Posture, share: ArrayLike) -> Posture:
        """Close a posture's thumb by shares 0..1 of base, knuckle and end joint."""
        share = np.broadcast_to(share, 3)[[0, 0, 0, 1, 2]]
        angles = np.array(self.start) + share * np.subtract(self.end, self.start)
        spread, lift, roll, *bend = angles.tolist()
        return replace(
            posture,
            thumb_spread=spread,
            thumb_lift=lift,
            thumb_roll=roll,
            thumb_flexion=np.array(bend),
        )


def _beyond(hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell of each joint `(n, 3)` whether its own link or one beyond it touches."""
    return np.flip(np.logical_or.accumulate(np.flip(hit, 1), axis=1), 1)
