"""From a stance to the transforms of all bones, and to the keypoints of both hands."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES as ARM_BONES
from handypose_tf.synth.anatomy.arm import JOINTS as ARM_JOINTS
from handypose_tf.synth.anatomy.arm import frame_of
from handypose_tf.synth.anatomy.body import BONES, JOINTS
from handypose_tf.synth.pose.arms import solve_arm
from handypose_tf.synth.pose.hand_skeleton import Skeleton
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.pose.stance import LegPose, Stance
from handypose_tf.synth.space.transforms import compose, rotation, turn_about

MIRROR = np.diag([-1.0, 1.0, 1.0])

_SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
_SPINE_JOINTS = ("pelvis", "spine04", "spine03", "spine02", "spine01")
_HAND_BONES = tuple(b for b in ARM_BONES if b.startswith(("meta", "finger")))


class HumanSkeleton:
    """The joints of one person.

    Args:
        joints: `(num_joints, 3)` metres at rest, in the order of `body.JOINTS`.

    Attributes:
        rest: The joints at rest, by name.
        hand: The right hand, in its own frame.
    """

    def __init__(self, joints: FloatArray) -> None:
        self.rest = dict(zip(JOINTS, joints.astype(np.float64), strict=True))
        arm = joints[: len(ARM_JOINTS)].astype(np.float64)
        origin, axes = frame_of(self.rest)
        self.hand = Skeleton((arm - origin) @ axes.T)
        self._to_hand = np.column_stack([axes, -axes @ origin])
        self._from_hand = np.column_stack([axes.T, origin])

    def pose(self, stance: Stance) -> tuple[FloatArray, FloatArray]:
        """Return the bones' transforms and the hands' keypoints, from rest to a stance.

        Returns:
            `(num_bones, 3, 4)` in the order of `body.BONES`, and `(2, 21, 3)` metres,
            right and left.
        """
        world = {"root": np.eye(3, 4)} | self._trunk(stance)
        keypoints = []
        for number, side in enumerate("RL"):
            world |= self._leg(stance.legs[number], side)
            arm = solve_arm(self.rest, stance.arms[number])
            fingers, joints = self._fingers(stance.hands[number], arm["wrist"])
            for bone, transform in (arm | fingers).items():
                placed = mirrored(transform) if side == "L" else transform
                world[f"{bone}.{side}"] = compose(world["spine01"], placed)
            if side == "L":
                joints = joints @ MIRROR
            chest = world["spine01"]
            keypoints.append(joints @ chest[:, :3].T + chest[:, 3])
        return np.stack([world[bone] for bone in BONES]), np.stack(keypoints)

    def _trunk(self, stance: Stance) -> dict[str, FloatArray]:
        world: dict[str, FloatArray] = {}
        above: FloatArray = np.eye(3, 4)
        share = stance.spine / len(_SPINE)
        for bone, joint in zip(_SPINE, _SPINE_JOINTS, strict=True):
            above = compose(above, turn_about(self.rest[joint], _turn(share)))
            world[bone] = above
        half = _turn(stance.head / 2)
        world["neck01"] = compose(above, turn_about(self.rest["neck"], half))
        world["head"] = compose(world["neck01"], turn_about(self.rest["head"], half))
        return world

    def _leg(self, pose: LegPose, side: str) -> dict[str, FloatArray]:
        outward = rotation([0, 0, 1], -pose.outward)
        upper = turn_about(
            self.rest["hip"], outward @ rotation([1, 0, 0], -pose.forward)
        )
        knee = turn_about(self.rest["knee"], rotation([1, 0, 0], pose.knee))
        lower = compose(upper, knee)
        leg = {"upperleg01": upper, "lowerleg01": lower, "foot": lower}
        if side == "L":
            leg = {bone: mirrored(transform) for bone, transform in leg.items()}
        return {f"{bone}.{side}": transform for bone, transform in leg.items()}

    def _fingers(
        self, posture: Posture, wrist: FloatArray
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Return the transforms of a right hand's bones, and its keypoints."""
        still = Posture(**{**vars(posture), "wrist": np.zeros(2)})
        transforms = self.hand.pose(still)
        out = compose(wrist, self._from_hand)
        bones = dict(zip(ARM_BONES, transforms, strict=True))
        placed = {
            bone: compose(out, compose(bones[bone], self._to_hand))
            for bone in _HAND_BONES
        }
        joints = self.hand.keypoints(transforms)
        return placed, joints @ out[:, :3].T + out[:, 3]


def mirrored(transform: FloatArray) -> FloatArray:
    """Return what a transform is in a mirror: of the right side, that of the left."""
    turn = MIRROR @ transform[:, :3] @ MIRROR
    return np.column_stack([turn, MIRROR @ transform[:, 3]])


def _turn(angles: FloatArray) -> FloatArray:
    """Bow forwards, lean to the left, turn left, by degrees."""
    bow, lean, turn = (float(angle) for angle in angles)
    return (
        rotation([0, 1, 0], turn)
        @ rotation([0, 0, 1], -lean)
        @ rotation([1, 0, 0], bow)
    )
