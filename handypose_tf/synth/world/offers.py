"""Things as they are put into an open hand, drawn at random.

Sizes are those of the things, metres; a child's hand holds smaller ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.space.transforms import frame_around, rotation
from handypose_tf.synth.world.grasp import FIST, Grasp, ThumbWay
from handypose_tf.synth.world.solids import Ball, Block, Ring, Rod, Solid

#: Flesh between a fingertip's joint and what it touches, share of the hand's length.
_FLESH = 0.085

#: An adult's hand, wrist to middle knuckle, metres.
_ADULT = 0.088

#: The thumb is set against the fingers, lies along the thing, or goes over it.
AGAINST = ThumbWay((44, 62, 45, -10, -12), (22, 50, 28, 52, 70))
_ALONG = ThumbWay((50, 18, 0, -8, -8), (12, 34, 20, 12, 25))
_OVER = ThumbWay((40, 66, 30, -5, -5), (2, 44, 34, 60, 60))


class Offer(NamedTuple):
    """A thing as it is put into the open hand."""

    solids: tuple[Solid, ...]
    thumb: ThumbWay
    open: Posture
    closed: FloatArray = FIST
    in_palm: bool = True
    num_links: int = 3


def open_hand(rng: np.random.Generator | None = None) -> Posture:
    """Return a hand before it closes; its fingers are more or less apart."""
    fan = 0.0 if rng is None else float(rng.uniform(0, 0.5))
    return Posture(
        flexion=np.tile([-2.0, 2.0, 2.0], (4, 1)),
        spread=np.array([0.0, 1.0, 2.0, 5.0]) + fan * np.array([-10.0, -2.0, 6.0, 14]),
        arch=np.array([3.0, 8.0]),
    )


def _size(grasp: Grasp) -> float:
    """Return how large this hand's things are: children hold small ones."""
    return float(np.clip(grasp.unit / _ADULT, 0.6, 1.1))


def _across(rng: np.random.Generator, slope: float, spread: float = 8.0) -> FloatArray:
    """Return a direction across the palm; a slope (degrees) lifts the index's end."""
    turn = rotation([0, 0, 1], slope + rng.normal(0, spread))
    return rotation([0, 1, 0], rng.normal(0, 0.7 * spread)) @ turn @ [1.0, 0.0, 0.0]


def _palm(rng: np.random.Generator, grasp: Grasp, height: float) -> FloatArray:
    """Return a point over the palm, `height` hand lengths from the wrist."""
    aside, along = rng.normal(0, 0.06, 2)
    return grasp.unit * np.array([0.06 + aside, height + along, 0.0])


def _draw_thumb(rng: np.random.Generator, along: float) -> ThumbWay:
    return _ALONG if rng.random() < along else AGAINST


def _cup(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a cup, can, glass or bottle."""
    radius = _size(grasp) * rng.uniform(0.024, 0.04)
    axis = _across(rng, -8)
    length = rng.uniform(2.2, 6.0) * radius
    center = _palm(rng, grasp, 0.95) + axis * rng.uniform(-0.2, 0.2) * length
    body = Rod(center, axis, radius, length)
    solids: tuple[Solid, ...] = (body,)
    if rng.random() < 0.4:
        neck = rng.uniform(0.3, 0.9)
        end = rng.choice([-1, 1]) * axis * (0.5 + 0.12) * length
        solids += (Rod(center + end, axis, neck * radius, 0.24 * length),)
    return Offer(solids, _draw_thumb(rng, 0.2), open_hand(rng))


def _handle(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw the handle of a tool, a pan, a bat or a racket."""
    radius = _size(grasp) * rng.uniform(0.009, 0.018)
    axis = -_across(rng, -rng.uniform(5, 40))
    length = rng.uniform(0.14, 0.3)
    center = _palm(rng, grasp, 0.85) + axis * rng.uniform(0.0, 0.3) * length
    solids: tuple[Solid, ...] = (Rod(center, axis, radius, length),)
    if rng.random() < 0.5:
        solids += _racket(rng, center + axis * length / 2, axis)
    return Offer(solids, _draw_thumb(rng, 0.3), open_hand(rng))


def _racket(
    rng: np.random.Generator, end: FloatArray, axis: FloatArray
) -> tuple[Solid, ...]:
    """Return the shaft and the frame beyond a handle's end."""
    shaft, radius = rng.uniform(0.05, 0.2), rng.uniform(0.08, 0.13)
    normal = np.cross(axis, rng.normal(size=3))
    normal /= np.linalg.norm(normal)
    return (
        Rod(end + axis * shaft / 2, axis, 0.005, shaft),
        Ring(end + axis * (shaft + radius), normal, radius, 0.005),
    )


def _bar(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a rail, a rope, a handlebar."""
    radius = _size(grasp) * rng.uniform(0.007, 0.022)
    bar = Rod(_palm(rng, grasp, 1.0), _across(rng, -4), radius, rng.uniform(0.3, 0.7))
    return Offer((bar,), _draw_thumb(rng, 0.15), open_hand(rng))


def _wheel(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a steering wheel: the palm outside, the fingers around its rim."""
    tangent = _across(rng, -10, 12)
    inward = rotation(tangent, rng.uniform(-60, 60)) @ np.array([0.0, 0.0, -1.0])
    inward -= tangent * (tangent @ inward)
    inward /= np.linalg.norm(inward)
    radius = rng.uniform(0.15, 0.2)
    middle = _palm(rng, grasp, 0.95) + radius * inward
    rim = Ring(middle, np.cross(tangent, inward), radius, rng.uniform(0.011, 0.016))
    return Offer((rim,), _draw_thumb(rng, 0.5), open_hand(rng))


def _fruit(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a ball or a fruit."""
    radius = _size(grasp) * rng.uniform(0.018, 0.038)
    fan = open_hand(rng)
    return Offer((Ball(_palm(rng, grasp, 1.05), radius),), AGAINST, fan)


def _phone(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a telephone across the palm, its edges between fingers and thumb."""
    slope = np.deg2rad(rng.uniform(25, 65))
    up = np.array([-np.sin(slope), np.cos(slope), 0.0])
    size = np.array([rng.uniform(0.062, 0.08), rng.uniform(0.125, 0.165), 0.009])
    axes = np.stack([np.array([up[1], -up[0], 0.0]), up, np.array([0.0, 0.0, 1.0])])
    axes = axes @ rotation(up, rng.normal(0, 5)).T
    center = _palm(rng, grasp, 0.72) + up * rng.uniform(-0.01, 0.04)
    center += axes[0] * rng.uniform(-0.008, 0.008)
    phone = Block(center, axes, size)
    screen = Block(
        center - axes[2] * size[2] / 2, axes, size * [0.93, 0.95, 0.0] + [0, 0, 0.0008]
    )
    return Offer((phone, screen), _OVER, open_hand(rng))


def _pinch_pose(
    rng: np.random.Generator, name: str, opening: float = 1.0
) -> tuple[ThumbWay, Posture, FloatArray]:
    """Return the thumb's way, a library pose opened, and how far it may close."""
    pose = POSES[name]
    flexion = pose.flexion + rng.normal(0, 3, (4, 3))
    opened = flexion - opening * np.array(
        [[14, 10, 6], [12, 8, 5], [4, 4, 2], [2, 2, 1]]
    )
    closed = flexion + np.array([[16, 14, 10], [14, 14, 10], [6, 8, 6], [4, 6, 4]])
    thumb = np.array([pose.thumb_spread, pose.thumb_lift, pose.thumb_roll])
    thumb = np.append(thumb, pose.thumb_flexion)
    start = thumb + opening * np.array([8, 10, 4, -14, -16])
    way = ThumbWay(tuple(start), tuple(thumb + np.array([-4, -8, -4, 14, 16])))
    return way, way.posed(replace(pose, flexion=opened), 0), closed


def _pen(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a pen, a brush or a fork from the web of the thumb to the fingertips."""
    thumb, opened, closed = _pinch_pose(rng, "pen")
    joints = grasp.keypoints(POSES["pen"])
    point = joints[[4, 8]].mean(axis=0) + rng.normal(0, 0.002, 3)
    web = 0.6 * joints[5] + 0.4 * joints[2] + grasp.unit * np.array([-0.1, 0.0, 0.11])
    axis = (web - point) / np.linalg.norm(web - point)
    radius, length = rng.uniform(0.003, 0.0065), rng.uniform(0.12, 0.19)
    center = point + axis * (length / 2 - rng.uniform(0.025, 0.045))
    pen = Rod(center, axis, radius, length)
    return Offer((pen,), thumb, opened, closed, in_palm=False, num_links=1)


def _small(rng: np.random.Generator, grasp: Grasp) -> Offer:
    """Draw a small thing between the thumb and the fingertips."""
    name = str(rng.choice(["pinch", "pinch_open", "key_pinch", "beak"]))
    thumb, opened, closed = _pinch_pose(rng, name, rng.uniform(0.7, 1.8))
    joints = grasp.keypoints(opened)
    center, across = joints[[4, 8]].mean(axis=0), joints[8] - joints[4]
    room = np.linalg.norm(across) / 2 - _FLESH * grasp.unit
    size = max(float(room), 0.0015)
    axes = frame_around(across)
    axes = axes @ rotation(axes[2], rng.uniform(0, 360)).T
    kind = rng.integers(3)
    if kind == 0:
        thing: Solid = Ball(center, size)
    elif kind == 1:
        thing = Rod(center, axes[0], size, rng.uniform(2, 12) * max(size, 0.004))
    else:
        wide = rng.uniform(0.012, 0.1, 2)
        outward = center - joints[[0, 5, 9, 13]].mean(axis=0)
        away = axes[0] * np.sign(axes[0] @ outward) * (wide[0] / 2 - 0.008)
        thing = Block(center + away, axes, np.array([*wide, 2 * size]))
    return Offer((thing,), thumb, opened, closed, in_palm=False, num_links=1)


#: What can be held, and how it is drawn.
THINGS: dict[str, Callable[[np.random.Generator, Grasp], Offer]] = {
    "cup": _cup,
    "handle": _handle,
    "bar": _bar,
    "wheel": _wheel,
    "fruit": _fruit,
    "phone": _phone,
    "pen": _pen,
    "small": _small,
}
