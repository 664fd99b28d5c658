"""An arm that reaches for a place: two bones, a hinge, and a forearm that turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import frame_of
from handypose_tf.synth.pose.stance import ArmPose
from handypose_tf.synth.space.transforms import rotation

#: A stretched arm is not quite straight: reach, share of the arm's length.
_REACH = (0.35, 0.997)

#: How far the forearm turns either way from thumb-upwards, degrees.
_TURN = 82.0

#: An arm above the shoulder lifts the shoulder by this share of its angle.
_LIFT = 0.3


def solve_arm(rest: dict[str, FloatArray], pose: ArmPose) -> dict[str, FloatArray]:
    """Return the transforms `(3, 4)` of a right arm's bones from rest to a pose.

    Args:
        rest: The joints at rest, by name.
        pose: What the arm does.
    """
    raised = _lift_shoulder(rest, pose.wrist)
    shoulder = raised[:, :3] @ rest["shoulder"] + raised[:, 3]
    elbow, wrist = _place(rest, shoulder, pose)
    upper, lower = elbow - shoulder, wrist - elbow
    at_rest = rest["elbow"] - rest["shoulder"], rest["wrist"] - rest["elbow"]
    swing = _between(at_rest[0], upper)
    whole_upper = _frame(upper, lower).T @ _frame(*at_rest)
    turned = _turn_between(swing, whole_upper, upper)
    half = rotation(upper, turned / 2) @ swing
    hinge = np.cross(lower, upper)
    straight = _frame(lower, upper).T @ _frame(at_rest[1], at_rest[0])
    axes = frame_of(rest)[1]
    twist = _forearm_twist(straight @ -axes[2], lower, hinge, pose.palm)
    whole = rotation(lower, twist) @ straight
    hand = whole @ axes.T @ _bend(pose.bend) @ axes
    return {
        "clavicle": raised,
        "upperarm01": _carry(half, rest["shoulder"], shoulder),
        "upperarm02": _carry(whole_upper, rest["shoulder"], shoulder),
        "lowerarm01": _carry(
            rotation(lower, 0.3 * twist) @ straight, rest["elbow"], elbow
        ),
        "lowerarm02": _carry(
            rotation(lower, 0.75 * twist) @ straight, rest["elbow"], elbow
        ),
        "wrist": _carry(hand, rest["wrist"], wrist),
    }


def _lift_shoulder(rest: dict[str, FloatArray], wrist: NDArray) -> FloatArray:
    """Turn the collar bone up with a raised arm."""
    towards = _unit(wrist - rest["shoulder"])
    angle = _LIFT * np.degrees(np.arcsin(np.clip(towards[1], 0, 1)))
    turn = rotation([0, 0, -1], float(angle))
    return _carry(turn, rest["clavicle"], rest["clavicle"])


def _place(
    rest: dict[str, FloatArray], shoulder: NDArray, pose: ArmPose
) -> tuple[NDArray, NDArray]:
    """Return where elbow and wrist come to lie (law of cosines)."""
    a = np.linalg.norm(rest["elbow"] - rest["shoulder"])
    b = np.linalg.norm(rest["wrist"] - rest["elbow"])
    towards = pose.wrist - shoulder
    distance = np.linalg.norm(towards)
    reach = np.clip(distance, _REACH[0] * (a + b), _REACH[1] * (a + b))
    along = towards / max(float(distance), 1e-6)
    foot = (a**2 - b**2 + reach**2) / (2 * reach)
    aside = pose.elbow - along * (along @ pose.elbow)
    height = np.sqrt(max(float(a**2 - foot**2), 1e-8))
    elbow = shoulder + along * foot + _unit(aside) * height
    return elbow, shoulder + along * reach


def _forearm_twist(
    palm: NDArray, lower: NDArray, hinge: NDArray, wanted: NDArray
) -> float:
    """Return the turn (degrees) about the forearm that brings the palm round.

    In the middle of the forearm's range the palm faces along the elbow's hinge.
    """
    neutral = _angle_about(lower, palm, hinge)
    turn = _angle_about(lower, hinge, wanted)
    return neutral + float(np.clip(turn, -_TURN, _TURN))


def _bend(bend: NDArray) -> FloatArray:
    """Return the turn of the hand in its own frame (see `anatomy.arm`)."""
    flexion, deviation = bend
    return rotation([1, 0, 0], -flexion) @ rotation([0, 0, 1], -deviation)


def _angle_about(axis: NDArray, start: NDArray, end: NDArray) -> float:
    """Return the angle (degrees) about an axis from one direction to another."""
    axis = _unit(axis)
    a, b = (v - axis * (axis @ v) for v in (start, end))
    return float(np.degrees(np.arctan2(np.cross(a, b) @ axis, a @ b)))


def _between(start: NDArray, end: NDArray) -> FloatArray:
    """Return the shortest turn from one direction to another."""
    axis = np.cross(start, end)
    angle = np.degrees(np.arctan2(np.linalg.norm(axis), start @ end))
    return rotation(axis + 1e-9, float(angle))


def _turn_between(start: FloatArray, end: FloatArray, axis: NDArray) -> float:
    """Return the angle about an axis by which two turns that share it differ."""
    aside = np.cross(axis, [0.3, 0.5, 0.8])
    return _angle_about(axis, aside, end @ start.T @ aside)


def _frame(axis: NDArray, aside: NDArray) -> FloatArray:
    """Return rows: an axis, and square to it a second one's direction and a third."""
    x = _unit(axis)
    z = _unit(np.cross(x, aside))
    return np.stack([x, np.cross(z, x), z])


def _carry(turn: FloatArray, start: NDArray, end: NDArray) -> FloatArray:
    """Return the transform that turns, and takes one point to another."""
    return np.column_stack([turn, end - turn @ start])


def _unit(vector: NDArray) -> FloatArray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
