"""The unposed hand: where it bends, and which way.

Positions and directions are in the frame of `anatomy.arm`; lengths in metres.
"""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import JOINTS
from handypose_tf.synth.space.transforms import rotation

#: Where each finger's back looks (index to little): degrees about the hand's length,
#: from the back of the hand towards the little finger, at the knuckle and further out.
_KNUCKLE_ROLL = (-8.0, -2.0, 4.0, 11.0)
_HINGE_ROLL = (-14.0, -5.0, 2.0, 10.0)

#: Where the thumb's nail looks, measured on the mesh.
THUMB_BACK = np.array([-0.91, -0.37, 0.18])

#: The rig bends the knuckles at the web of the fingers; a hand bends 8 mm behind it.
#: Each joint is moved by this share of a bone: the knuckles towards the carpus, the
#: thumb's joints along the bone after them.
_KNUCKLE_SHIFT = 0.11
_THUMB_BASE_SHIFT = -0.45
_THUMB_KNUCKLE_SHIFT = 0.12


def rest_joints(joints: FloatArray) -> dict[str, FloatArray]:
    """Return where the joints are, by name.

    Args:
        joints: `(num_joints, 3)` of the rig, in the order of `arm.JOINTS`.
    """
    rest = dict(zip(JOINTS, joints.astype(np.float64), strict=True))
    moved = dict(rest)
    for finger in range(2, 6):
        base = rest[f"finger{finger}-1"]
        carpus = rest["carpus_index" if finger < 4 else "carpus_little"]
        moved[f"finger{finger}-1"] = base + _KNUCKLE_SHIFT * (carpus - base)
    base, knuckle, end = finger_chain(rest, 1)[:3]
    moved["finger1-1"] = base + _THUMB_BASE_SHIFT * (knuckle - base)
    moved["finger1-2"] = knuckle + _THUMB_KNUCKLE_SHIFT * (end - knuckle)
    return moved


def finger_chain(rest: dict[str, FloatArray], finger: int) -> list[FloatArray]:
    """Return the four joints of a finger, 1 (thumb) to 5, from its base to its end."""
    return [rest[f"finger{finger}-{joint}"] for joint in range(1, 5)]


def knuckle_back(finger: int) -> FloatArray:
    """Return where the back of a finger (2 to 5) looks at its knuckle."""
    return rotation([0, 1, 0], _KNUCKLE_ROLL[finger - 2]) @ [0.0, 0.0, 1.0]


def finger_back(finger: int) -> FloatArray:
    """Return where the back of a finger (1 to 5) looks beyond its knuckle."""
    if finger == 1:
        return THUMB_BACK
    return rotation([0, 1, 0], _HINGE_ROLL[finger - 2]) @ [0.0, 0.0, 1.0]
