"""Where the 21 keypoints are: the marks of human labellers, not the rig's joints."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import BONES
from handypose_tf.synth.pose.rest_pose import finger_back, finger_chain
from handypose_tf.synth.space.transforms import directions

#: Labellers mark the middle of the flesh, which lies on the palm's side of the rig's
#: joints. Shifts of the first three joints (along the finger, towards its back) as
#: shares of the length wrist to middle knuckle, fitted to what MediaPipe Hands marks
#: on 250 rendered hands; the tip is a share of the last bone, the wrist of the palm.
_FINGER_SHIFTS = ((-0.020, -0.022), (-0.015, -0.048), (-0.008, -0.022))
_THUMB_SHIFTS = ((0.0, 0.0), (0.0, 0.0), (-0.040, -0.045))
_THUMB_BASE_SHIFT = (-0.131, 0.039, -0.130)
_TIP_SHARE = 0.71
_WRIST_SHARE = 0.16


class Marks:
    """The keypoints of one hand.

    Args:
        rest: The joints at rest, by name.
    """

    def __init__(self, rest: dict[str, FloatArray]) -> None:
        places = [rest["finger3-1"] * _WRIST_SHARE]
        pairs = [("wrist", "wrist")]
        for finger in range(1, 6):
            places += _finger_marks(rest, finger)
            pairs += _finger_bones(finger)
        order = list(BONES)
        self._places = np.stack(places)
        self._bones = np.array([[order.index(bone) for bone in pair] for pair in pairs])

    def posed(self, transforms: FloatArray) -> FloatArray:
        """Return the keypoints `(21, 3)` of a pose, metres, in canonical order.

        A mark beside a joint moves with the mean of the two bones that meet there.

        Args:
            transforms: `(num_bones, 3, 4)` from :meth:`Skeleton.pose`.
        """
        of_bones = transforms[self._bones]
        moved = np.einsum("kbij,kj->kbi", of_bones[..., :3], self._places)
        return (moved + of_bones[..., 3]).mean(axis=1)


def _finger_marks(rest: dict[str, FloatArray], finger: int) -> list[FloatArray]:
    """Return a finger's four keypoints at rest, base to tip."""
    unit = np.linalg.norm(rest["finger3-1"])
    chain = finger_chain(rest, finger)
    along, back = directions(chain), finger_back(finger)
    tip = chain[2] + _TIP_SHARE * (chain[3] - chain[2])
    shifts = _THUMB_SHIFTS if finger == 1 else _FINGER_SHIFTS
    marks = [
        chain[k] + unit * (shift * along[max(k - 1, 0)] + out * back)
        for k, (shift, out) in enumerate(shifts)
    ]
    if finger == 1:
        marks[0] = marks[0] + unit * np.array(_THUMB_BASE_SHIFT)
    return [*marks, tip]


def _finger_bones(finger: int) -> list[tuple[str, str]]:
    """Return the two bones that each of a finger's keypoints moves with."""
    first, second, third = (f"finger{finger}-{bone}" for bone in (1, 2, 3))
    base = BONES[first] or first
    knuckle = (base, base if finger == 1 else first)
    return [knuckle, (first, second), (second, third), (third, third)]
