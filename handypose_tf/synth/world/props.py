"""What things are made of, held objects and things in front of the hand, at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.hand import FINGER_KEYPOINTS
from handypose_tf.synth.pose.collision import segment_distance
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.colour import decode_light
from handypose_tf.synth.world.backgrounds import Backgrounds, draw_colour
from handypose_tf.synth.world.hand_model import PosedHand
from handypose_tf.synth.world.things import Material, Thing, ball, box, cylinder

#: What can be held in a library pose.
HELD_IN = {
    "grip_thin": "rod",
    "grip_thick": "rod",
    "loose_fist": "rod",
    "cee": "rod",
    "grip_ball": "ball",
    "claw": "ball",
    "cupped": "ball",
    "pen": "pen",
    "pinch": "card",
    "pinch_open": "card",
    "key_pinch": "card",
    "grip_flat": "card",
    "beak": "card",
}

#: Flesh around a finger's bone, share of the length wrist to middle knuckle.
_FLESH = 0.085


def draw_material(rng: np.random.Generator, backgrounds: Backgrounds) -> Material:
    """Draw what a thing is made of: one colour, or a picture."""
    if rng.random() < 0.45:
        picture = decode_light(draw_colour(rng).astype(np.uint8)[None, None])
    else:
        picture = backgrounds.draw(rng, 96, 96)
    shiny = rng.random() < 0.35
    roughness = rng.uniform(0.15, 0.4) if shiny else rng.uniform(0.5, 0.9)
    return Material(picture, float(roughness), float(rng.uniform(0.3, 1.5)))


def draw_cloth(rng: np.random.Generator) -> Material:
    """Draw cloth: plain, striped or checked, with a weave."""
    colour = decode_light(
        np.stack([draw_colour(rng) for _ in range(2)]).astype(np.uint8)
    )
    height, width = 128, 128
    y, x = np.mgrid[:height, :width] * (2 * np.pi / width)
    pattern = np.zeros((height, width))
    if rng.random() < 0.4:
        count = int(rng.integers(2, 12))
        pattern = (np.sin(y * count) > rng.uniform(-0.7, 0.7)).astype(float)
        if rng.random() < 0.4:
            pattern = (pattern + (np.sin(x * count) > 0)) / 2
    weave = 1 + rng.uniform(0, 0.3) * np.sin(x * 32) * np.sin(y * 32)
    picture = colour[0] + pattern[..., None] * (colour[1] - colour[0])
    return Material((picture * weave[..., None]).astype(np.float32), 0.9, 0.15)


def draw_held(
    rng: np.random.Generator, hand: PosedHand, kind: str, material: Material
) -> list[Thing]:
    """Draw an object that fills the hand; nothing if there is no room for one."""
    if kind == "rod":
        return _held_rod(rng, hand, material)
    if kind == "ball":
        return _held_ball(rng, hand, material)
    return _held_card(rng, hand, material, is_pen=kind == "pen")


def draw_occluder(
    rng: np.random.Generator, hand: PosedHand, camera: Camera, material: Material
) -> Thing:
    """Draw something between camera and hand that covers a part of it."""
    joints = camera.view(hand.keypoints)
    size = np.ptp(joints[:, :2], axis=0).max()
    target = joints[rng.integers(len(joints))]
    middle = joints.mean(axis=0)
    outward = target - middle + rng.normal(0, 0.2, 3) * size
    share = rng.uniform(0.5, 0.85)
    width = size * rng.uniform(0.15, 0.6)
    center = (target + outward * rng.uniform(0.1, 0.5)) * share
    center[2] = max(center[2] - 0.6 * width, 0.08)
    world = (center - camera.translation) @ camera.rotation
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    kind = rng.integers(3)
    width *= share
    if kind == 0:
        return box(world, axes, width * rng.uniform(0.2, 1.5, 3), material)
    if kind == 1:
        return ball(world, width * rng.uniform(0.3, 0.8, 3), material)
    return cylinder(world, axes[0], width * rng.uniform(0.1, 0.5), 4 * width, material)


def _held_rod(
    rng: np.random.Generator, hand: PosedHand, material: Material
) -> list[Thing]:
    joints = hand.keypoints
    axis = joints[17] - joints[5] + rng.normal(0, 0.004, 3)
    axis /= np.linalg.norm(axis)
    center = joints[[4, 9, 10, 11, 12]].mean(axis=0)
    radius = _room(joints, center, axis)
    if radius < 0.003:
        return []
    length = rng.uniform(0.1, 0.35)
    center = center + axis * rng.uniform(-0.25, 0.25) * length
    return [cylinder(center, axis, radius, length, material)]


def _held_ball(
    rng: np.random.Generator, hand: PosedHand, material: Material
) -> list[Thing]:
    joints = hand.keypoints
    tips = [joints[chain[-1]] for chain in FINGER_KEYPOINTS.values()]
    center = 0.75 * np.mean(tips, axis=0) + 0.25 * joints[[5, 9, 13]].mean(axis=0)
    radius = _room(joints, center, None)
    if radius < 0.008:
        return []
    return [ball(center, radius * np.array([1, 1, rng.uniform(0.8, 1)]), material)]


def _held_card(
    rng: np.random.Generator, hand: PosedHand, material: Material, *, is_pen: bool
) -> list[Thing]:
    """Put a card, a phone or a pen between thumb and index finger."""
    joints = hand.keypoints
    thumb, index = joints[4], joints[8]
    across = index - thumb
    unit = np.linalg.norm(joints[9] - joints[0])
    gap = np.linalg.norm(across) - 2 * 0.075 * unit
    if not -0.006 < gap < 0.03:
        return []
    across /= np.linalg.norm(across)
    point = (thumb + index) / 2
    if is_pen:
        web = 0.6 * joints[5] + 0.4 * joints[2] + [-0.006, 0, 0.006]
        axis = web - point
        axis /= np.linalg.norm(axis)
        return [cylinder(point + axis * 0.04, axis, 0.0045, 0.15, material)]
    outward = point - joints[[0, 5, 9, 13]].mean(axis=0)
    outward -= across * (outward @ across)
    outward /= np.linalg.norm(outward)
    size = np.array([rng.uniform(0.05, 0.15), rng.uniform(0.03, 0.1), max(gap, 0.0012)])
    center = point + outward * (size[0] / 2 - 0.008)
    axes = np.stack([outward, np.cross(across, outward), across])
    return [box(center, axes, size, material)]


def _room(joints: NDArray, center: NDArray, axis: NDArray | None) -> float:
    """Return the radius of the largest rod or ball that the fingers leave room for."""
    unit = np.linalg.norm(joints[9] - joints[0])
    starts = np.array([j for chain in FINGER_KEYPOINTS.values() for j in chain[:-1]])
    reach = np.zeros(3) if axis is None else axis * 0.06
    count = len(starts)
    fingers = segment_distance(
        joints[starts],
        joints[starts + 1],
        np.tile(center - reach - 1e-6, (count, 1)),
        np.tile(center + reach + 1e-6, (count, 1)),
    )
    return float(fingers.min() - _FLESH * unit)
