"""Where the camera stands, drawn at random."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.hand_model import PosedHand

#: The camera keeps this far from the arm, metres.
_CLEARANCE = 0.07
_TRIES = 20

#: From the hand's frame to the camera's: the back seen, fingers up.
_UPRIGHT = np.diag([1.0, -1.0, -1.0])

#: Chances of a view from anywhere, onto the palm, onto the back, and of one's own hand.
_CHANCES = (0.4, 0.2, 0.2, 0.2)

#: Chances of hard views: the hand's edges, its back, end on, and any.
_HARD_CHANCES = (0.4, 0.25, 0.15, 0.2)

#: How often the frame cuts a hard hand, and the picture's share that the hand then has.
_CUT_SHARE = 0.35
_CUT_SIZE = (0.6, 1.3)


def draw_camera(rng: np.random.Generator, hand: PosedHand, size: int) -> Camera:
    """Draw a camera that sees the hand whole, or nearly so.

    Args:
        rng: Source of chance.
        hand: What it looks at.
        size: Side of the square picture, pixels.
    """
    return _draw_clear(rng, hand, size, _draw_rotation, cut_share=0.0)


def draw_hard_camera(rng: np.random.Generator, hand: PosedHand, size: int) -> Camera:
    """Draw a camera that sees a hand from where much of it is hidden, or cuts it.

    Args:
        rng: Source of chance.
        hand: What it looks at.
        size: Side of the square picture, pixels.
    """
    return _draw_clear(rng, hand, size, _draw_hard_rotation, cut_share=_CUT_SHARE)


def _draw_clear(
    rng: np.random.Generator,
    hand: PosedHand,
    size: int,
    draw_turn: Callable[[np.random.Generator], FloatArray],
    *,
    cut_share: float,
) -> Camera:
    """Draw cameras until the arm keeps off one."""
    for _ in range(_TRIES):
        is_cut = cut_share > 0 and rng.random() < cut_share
        camera = _draw(rng, hand, size, draw_turn(rng), is_cut=is_cut)
        if _is_clear(camera, hand):
            break
    return camera


def _is_clear(camera: Camera, hand: PosedHand) -> bool:
    """Tell whether the arm keeps off the camera and its cut end out of the picture."""
    if camera.view(hand.coarse)[:, 2].min() < _CLEARANCE:
        return False
    end = camera.view(hand.arm_end)
    in_front = end[:, 2] > 0
    pixels = camera.to_pixels(end[in_front])
    size = (camera.width, camera.height)
    return not ((pixels > 0) & (pixels < size)).all(axis=1).any()


def _draw(
    rng: np.random.Generator,
    hand: PosedHand,
    size: int,
    turn: FloatArray,
    *,
    is_cut: bool,
) -> Camera:
    focal = size * float(np.exp(rng.uniform(np.log(0.7), np.log(3.5))))
    joints = hand.keypoints @ turn.T
    low, high = joints.min(axis=0), joints.max(axis=0)
    least, most = _CUT_SIZE if is_cut else (0.25, 0.75)
    share = float(np.exp(rng.uniform(np.log(least), np.log(most))))
    distance = focal * max((high - low)[:2]) / (share * size)
    distance = max(distance, 0.16 + (high - low)[2] / 2)
    slack = 0.5 if is_cut else max(0.0, 0.5 - 0.45 * share)
    offset = rng.uniform(-slack, slack, 2) * size / focal * distance
    shift = np.array([*offset, distance]) - (low + high) / 2
    distortion = float(rng.uniform(-0.12, 0.04)) if rng.random() < 0.4 else 0.0
    return Camera(size, size, focal, turn, shift, distortion)


def _draw_rotation(rng: np.random.Generator) -> FloatArray:
    """Draw a turn from the hand's frame to the camera's.

    The views start from the hand seen from the back, fingers up.
    """
    kind = rng.choice(4, p=_CHANCES)
    if kind == 0:
        return _any_rotation(rng)
    tilt, yaw = rng.normal(0, 30, 2)
    roll = rng.normal(0, 35) if rng.random() < 0.7 else rng.uniform(-180, 180)
    if kind == 1:
        yaw += 180
    elif kind == 3:
        tilt = -rng.uniform(10, 75)
        yaw, roll = rng.normal(0, 50), rng.normal(0, 40)
    turned = rotation([1, 0, 0], tilt) @ rotation([0, 1, 0], yaw)
    return rotation([0, 0, 1], roll) @ _UPRIGHT @ turned


def _draw_hard_rotation(rng: np.random.Generator) -> FloatArray:
    """Draw a turn that shows an edge of the hand, its back, or its end."""
    kind = rng.choice(4, p=_HARD_CHANCES)
    if kind == 3:
        return _any_rotation(rng)
    tilt, yaw = rng.normal(0, 20, 2)
    if kind == 0:
        yaw += rng.choice([-90.0, 90.0])
    elif kind == 2:
        tilt += rng.choice([-75.0, 75.0])
    roll = rng.normal(0, 40) if rng.random() < 0.7 else rng.uniform(-180, 180)
    turned = rotation([1, 0, 0], tilt) @ rotation([0, 1, 0], yaw)
    return rotation([0, 0, 1], roll) @ _UPRIGHT @ turned


def _any_rotation(rng: np.random.Generator) -> FloatArray:
    """Draw evenly from all rotations (a unit quaternion)."""
    w, x, y, z = rng.normal(size=4)
    return rotation([x, y, z], 2 * np.degrees(np.arctan2(np.linalg.norm([x, y, z]), w)))
