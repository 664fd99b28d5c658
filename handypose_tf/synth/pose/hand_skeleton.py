"""From joint angles to a posed arm: the hand's hinges and linear blend skinning.

Angles are anatomical and absolute, in degrees: 0 flexion is a finger in the palm's
plane, whatever the pose that the mesh was modelled in.
"""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES
from handypose_tf.synth.pose.marks import Marks
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.pose.rest_pose import (
    finger_back,
    finger_chain,
    knuckle_back,
    rest_joints,
)
from handypose_tf.synth.space.transforms import (
    compose,
    directions,
    rotation,
    turn_about,
)

#: How the metacarpals of ring and little finger fold.
_ARCH_HINGE = (-1.0, 0.0, 0.35)

_FROM_WRIST_OUT = tuple(bone for bone in BONES if bone.startswith(("meta", "finger")))


class Skeleton:
    """The hinges of one arm at rest.

    Args:
        joints: `(num_joints, 3)` metres, in the order of `arm.JOINTS`.
    """

    def __init__(self, joints: FloatArray) -> None:
        self._rest = rest_joints(joints)
        self._marks = Marks(self._rest)

    def keypoints(self, transforms: FloatArray) -> FloatArray:
        """Return the 21 keypoints `(21, 3)` of a pose, metres, in canonical order."""
        return self._marks.posed(transforms)

    def pose_keypoints(self, posture: Posture) -> FloatArray:
        """Return the 21 keypoints `(21, 3)` of a posture, metres."""
        return self.keypoints(self.pose(posture))

    def pose(self, posture: Posture) -> FloatArray:
        """Return the bones' transforms `(num_bones, 3, 4)` from rest to a posture.

        The hand stays where it is and the arm moves, so that the wrist's bone keeps its
        place whatever wrist and elbow do.
        """
        turns = self._thumb_turns(posture)
        for finger in range(2, 6):
            turns |= self._finger_turns(posture, finger)
        for bone, angle in zip(
            ("metacarpal3", "metacarpal4"), posture.arch, strict=True
        ):
            turns[bone] = rotation(_ARCH_HINGE, float(angle))
        world: dict[str, FloatArray] = {"wrist": np.eye(3, 4)}
        for bone in _FROM_WRIST_OUT:
            turned = turn_about(self._head(bone), turns.get(bone))
            world[bone] = compose(world[BONES[bone] or "wrist"], turned)
        world |= self._arm(posture)
        return np.stack([world[bone] for bone in BONES])

    def _head(self, bone: str) -> FloatArray:
        """Return the point that a bone of the hand turns about."""
        if bone.startswith("metacarpal"):
            near_index = bone in ("metacarpal1", "metacarpal2")
            return self._rest["carpus_index" if near_index else "carpus_little"]
        return self._rest[bone]

    def _finger_turns(self, posture: Posture, finger: int) -> dict[str, FloatArray]:
        bones = directions(finger_chain(self._rest, finger))
        back = knuckle_back(finger)
        side = np.cross([0, 1, 0], back)
        spread, flexion = _spread_and_flexion(bones[0], side, back)
        hinge = np.cross(finger_back(finger), bones[0])
        bend = [_bend(bones[k], bones[k + 1], hinge) for k in range(2)]
        target = posture.flexion[finger - 2]
        return {
            f"finger{finger}-1": (
                rotation(-side, target[0])
                @ rotation(back, spread - posture.spread[finger - 2])
                @ rotation(-side, -flexion)
            ),
            f"finger{finger}-2": rotation(hinge, target[1] - bend[0]),
            f"finger{finger}-3": rotation(hinge, target[2] - bend[1]),
        }

    def _thumb_turns(self, posture: Posture) -> dict[str, FloatArray]:
        bones = directions(finger_chain(self._rest, 1))
        spread, lift = np.deg2rad([posture.thumb_spread, posture.thumb_lift])
        target = np.array(
            [
                -np.sin(spread) * np.cos(lift),
                np.cos(spread) * np.cos(lift),
                -np.sin(lift),
            ]
        )
        axis = np.cross(bones[0], target)
        angle = np.degrees(np.arctan2(np.linalg.norm(axis), bones[0] @ target))
        swing = rotation(axis + 1e-12, angle)
        hinge = np.cross(finger_back(1), bones[1])
        return {
            "finger1-1": swing @ rotation(bones[0], -posture.thumb_roll),
            "finger1-2": rotation(
                hinge, posture.thumb_flexion[0] - _bend(bones[0], bones[1], hinge)
            ),
            "finger1-3": rotation(
                hinge, posture.thumb_flexion[1] - _bend(bones[1], bones[2], hinge)
            ),
        }

    def _arm(self, posture: Posture) -> dict[str, FloatArray]:
        """Return the arm's transforms, from the wrist back to the shoulder."""
        elbow = self._rest["elbow"]
        flexion, deviation = posture.wrist
        bend = rotation([1, 0, 0], flexion) @ rotation([0, 0, 1], deviation)
        lower = turn_about(self._rest["wrist"], bend)
        near = compose(lower, turn_about(elbow, rotation(elbow, posture.twist / 2)))
        far = compose(lower, turn_about(elbow, rotation(elbow, posture.twist)))
        upper = self._rest["shoulder"] - elbow
        hinge = np.cross(upper, elbow)
        bent = compose(far, turn_about(elbow, rotation(hinge, -posture.elbow)))
        return {
            "lowerarm02": near,
            "lowerarm01": far,
            "upperarm02": bent,
            "upperarm01": bent,
        }


def skin(
    vertices: FloatArray, weights: FloatArray, transforms: FloatArray
) -> FloatArray:
    """Move vertices with their bones (linear blend skinning).

    Args:
        vertices: `(num_vertices, 3)` at rest.
        weights: `(num_vertices, num_bones)`, rows sum to 1.
        transforms: `(num_bones, 3, 4)`.

    Returns:
        `(num_vertices, 3)`.
    """
    blended = (weights @ transforms.reshape(len(transforms), 12)).reshape(-1, 3, 4)
    moved = np.einsum("vij,vj->vi", blended[:, :, :3], vertices) + blended[:, :, 3]
    return moved.astype(np.float32)


def _spread_and_flexion(
    bone: FloatArray, side: FloatArray, back: FloatArray
) -> tuple[float, float]:
    """Return the two angles (degrees) of a bone in its knuckle's frame."""
    spread = np.degrees(np.arcsin(bone @ side))
    flexion = np.degrees(np.arctan2(-bone @ back, bone[1]))
    return float(spread), float(flexion)


def _bend(before: FloatArray, after: FloatArray, hinge: FloatArray) -> float:
    """Return the angle (degrees) about a hinge between two successive bones."""
    axis = hinge / np.linalg.norm(hinge)
    turned = np.cross(before, after) @ axis
    return float(np.degrees(np.arctan2(turned, before @ after)))
