"""Scenes of the hands that networks get wrong most: grips, fists, touching hands.

They are seen from the side, from behind and end on, cut by the frame, more often in
sleeves, and one in three is a child's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import MIDDLE_KNUCKLE, WRIST
from handypose_tf.synth.pose.hand_skeleton import Skeleton
from handypose_tf.synth.pose.posing import draw_posture
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.scenes.hands import (
    bone_gap,
    draw_hand,
    draw_mirrored_turn,
    hands_scene,
)
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.grasp import Grasp
from handypose_tf.synth.world.grips import draw_grip, hold
from handypose_tf.synth.world.hand_model import HandModel, PosedHand
from handypose_tf.synth.world.illumination import draw_lights
from handypose_tf.synth.world.person import Body, draw_person, shape_body
from handypose_tf.synth.world.props import draw_material, draw_occluder
from handypose_tf.synth.world.solids import Rod
from handypose_tf.synth.world.things import Thing
from handypose_tf.synth.world.viewpoint import draw_hard_camera
from handypose_tf.synth.world.worn import draw_worn

#: Kinds of scenes and their chances.
KINDS = {"grip": 0.5, "fist": 0.15, "touch": 0.15, "arm": 0.05, "turned": 0.15}

_CHILD_SHARE = 0.33
_WORN_SHARE = 0.75
_OCCLUDER_SHARE = 0.1
_FISTS = ("fist", "fist_aside", "loose_fist", "hook", "thumbs_up", "ex", "tee")

_TOGETHER = ("flat", "cupped", "relaxed", "loose_fist")

#: Bones of hands that touch are this far apart, share of wrist to middle knuckle.
_TOUCH = 0.19

#: Half of the thickness of a forearm and where it is held, shares of the same length.
_ARM_RADIUS, _ARM_PLACE = 0.27, (0.2, 0.9)


def draw_hard_scene(
    rng: np.random.Generator, model: HandModel, backgrounds: Backgrounds, size: int
) -> Scene:
    """Draw a scene for a square picture of `size` pixels."""
    is_child = rng.random() < _CHILD_SHARE
    person = draw_person(rng, age=float(rng.uniform(-0.8, 0.4)) if is_child else None)
    body = shape_body(model.anatomy, person)
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    hands, things = DRAW_HARD[kind](rng, model, body, backgrounds)
    camera = draw_hard_camera(rng, hands[0], size)
    for hand in hands:
        if rng.random() < _WORN_SHARE:
            things += draw_worn(rng, model, hand)
    if rng.random() < _OCCLUDER_SHARE:
        material = draw_material(rng, backgrounds)
        things.append(draw_occluder(rng, hands[0], camera, material))
    return hands_scene(model, hands, things, person.skin, camera, draw_lights(rng))


_Drawn = tuple[list[PosedHand], list[Thing]]


def _draw_posture(rng: np.random.Generator, body: Body) -> Posture:
    return draw_posture(rng, Skeleton(body.joints).pose_keypoints)


def _grip(
    rng: np.random.Generator, model: HandModel, body: Body, backgrounds: Backgrounds
) -> _Drawn:
    """Draw a hand that holds something."""
    arm = _draw_posture(rng, body)
    grip = draw_grip(rng, Grasp(model.anatomy, body), arm)
    if grip is None:
        return [draw_hand(rng, model, body, "fist")], []
    materials = [draw_material(rng, backgrounds) for _ in grip.solids]
    things = [s.thing(m) for s, m in zip(grip.solids, materials, strict=True)]
    return [model.pose(body, grip.posture)], things


def _fist(
    rng: np.random.Generator, model: HandModel, body: Body, backgrounds: Backgrounds
) -> _Drawn:
    return [draw_hand(rng, model, body, str(rng.choice(_FISTS)))], []


def _turned(
    rng: np.random.Generator, model: HandModel, body: Body, backgrounds: Backgrounds
) -> _Drawn:
    return [draw_hand(rng, model, body)], []


def _touch(
    rng: np.random.Generator, model: HandModel, body: Body, backgrounds: Backgrounds
) -> _Drawn:
    """Draw two hands that touch: palm to palm or anyhow."""
    poses: list[str | None] = [None, None]
    if rng.random() < 0.5:
        poses = [str(name) for name in rng.choice(_TOGETHER, 2)]
        turn = rotation([0, 0, 1], rng.normal(0, 35)) @ np.diag([1.0, 1.0, -1.0])
        turn = rotation(rng.normal(size=3), rng.normal(0, 12)) @ turn
        towards = np.array([0.0, 0.0, 1.0])
    else:
        turn = draw_mirrored_turn(rng)
        towards = rng.normal(size=3)
        towards /= np.linalg.norm(towards)
    first, second = (draw_hand(rng, model, body, p) for p in poses)
    return [
        first,
        _bring_near(rng, first, second.moved(turn, np.zeros(3)), towards),
    ], []


def _bring_near(
    rng: np.random.Generator, first: PosedHand, second: PosedHand, towards: FloatArray
) -> PosedHand:
    """Move a hand along a direction until it touches the first one."""
    unit = np.linalg.norm(first.keypoints[MIDDLE_KNUCKLE] - first.keypoints[WRIST])
    aside = rng.normal(0, 0.25, 3) * unit
    aside -= towards * (aside @ towards)
    middle = first.keypoints.mean(axis=0) - second.keypoints.mean(axis=0) + aside
    placed = second
    for step in np.arange(3.5, 0, -0.05):
        moved = second.moved(np.eye(3), middle - step * unit * towards)
        if bone_gap(first, moved) < _TOUCH * unit:
            break
        placed = moved
    return placed


def _arm(
    rng: np.random.Generator, model: HandModel, body: Body, backgrounds: Backgrounds
) -> _Drawn:
    """Draw a hand around the other hand's wrist or forearm."""
    grasp = Grasp(model.anatomy, body)
    axis = rotation([0, 0, 1], rng.normal(0, 25)) @ [rng.choice([-1.0, 1.0]), 0, 0]
    held = Rod(
        grasp.unit * np.array([0.05, rng.uniform(0.85, 1.1), 0.0]),
        np.asarray(axis),
        _ARM_RADIUS * grasp.unit,
        0.4,
    )
    grip = hold(grasp, held, _draw_posture(rng, body))
    if grip is None:
        return _touch(rng, model, body, backgrounds)
    other = draw_hand(rng, model, body)
    turn = _turn_to(rng, other.arm_axis, held.axis)
    place = rng.uniform(*_ARM_PLACE) * grasp.unit * held.axis
    other = other.moved(turn, grip.solids[0].center + place)
    return [model.pose(body, grip.posture), other], []


def _turn_to(rng: np.random.Generator, arm: FloatArray, axis: FloatArray) -> FloatArray:
    """Return a mirroring turn that brings an arm's direction onto an axis."""
    flip = np.diag([-1.0, 1.0, 1.0])
    arm = flip @ arm
    across = np.cross(arm, axis) + 1e-9
    angle = np.degrees(np.arctan2(np.linalg.norm(across), np.dot(arm, axis)))
    return rotation(axis, rng.uniform(0, 360)) @ rotation(across, float(angle)) @ flip


#: Draws the hands and the things of each kind.
DRAW_HARD: dict[
    str, Callable[[np.random.Generator, HandModel, Body, Backgrounds], _Drawn]
] = {"grip": _grip, "fist": _fist, "touch": _touch, "arm": _arm, "turned": _turned}
