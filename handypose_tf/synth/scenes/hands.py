"""Scenes of one hand or two, what they wear and hold, drawn at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import BONES, MIDDLE_KNUCKLE, WRIST
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.pose.collision import segment_distance
from handypose_tf.synth.pose.hand_skeleton import Skeleton
from handypose_tf.synth.pose.posing import draw_posture
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.lighting import Lights
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.hand_model import HandModel, PosedHand
from handypose_tf.synth.world.illumination import draw_lights
from handypose_tf.synth.world.person import Body, draw_person, shape_body
from handypose_tf.synth.world.props import (
    HELD_IN,
    draw_held,
    draw_material,
    draw_occluder,
)
from handypose_tf.synth.world.things import Thing
from handypose_tf.synth.world.viewpoint import draw_camera
from handypose_tf.synth.world.worn import draw_worn

_HELD_SHARE = 0.3
_OCCLUDER_SHARE = 0.18
_TWO_HANDS_SHARE = 0.18

#: Bones of two hands keep this apart, share of the length wrist to middle knuckle.
_APART = 0.24


def draw_hands_scene(
    rng: np.random.Generator, model: HandModel, backgrounds: Backgrounds, size: int
) -> Scene:
    """Draw a scene for a square picture of `size` pixels."""
    person = draw_person(rng)
    body = shape_body(model.anatomy, person)
    held = str(rng.choice(list(HELD_IN))) if rng.random() < _HELD_SHARE else None
    hand = draw_hand(rng, model, body, held)
    camera = draw_camera(rng, hand, size)
    hands, things = [hand], draw_worn(rng, model, hand)
    if held is not None:
        things += draw_held(rng, hand, HELD_IN[held], draw_material(rng, backgrounds))
    elif rng.random() < _TWO_HANDS_SHARE:
        hands.append(_place_beside(rng, hand, draw_hand(rng, model, body), camera))
        things += draw_worn(rng, model, hands[1])
    if rng.random() < _OCCLUDER_SHARE:
        things.append(draw_occluder(rng, hand, camera, draw_material(rng, backgrounds)))
    return hands_scene(model, hands, things, person.skin, camera, draw_lights(rng))


def hands_scene(
    model: HandModel,
    hands: Sequence[PosedHand],
    things: Iterable[Thing],
    tone: SkinTone,
    camera: Camera,
    lights: Lights,
) -> Scene:
    """Return a scene of one person's hands.

    Args:
        model: The hands' surface.
        hands: One or two; the first is a right hand, the second a left one.
        things: Sleeves, held objects, occluders, in the first hand's frame.
        tone: The skin.
        camera: The view.
        lights: In the camera's frame.
    """
    skin = [model.thing(hand, tone) for hand in hands]
    joints = np.stack([hand.keypoints for hand in hands])
    return Scene((*skin, *things), joints, camera, lights, melanin=tone.melanin)


def draw_hand(
    rng: np.random.Generator, model: HandModel, body: Body, pose: str | None = None
) -> PosedHand:
    """Pose a hand anyhow, or near a pose of a name."""
    posture = draw_posture(rng, Skeleton(body.joints).pose_keypoints, pose)
    return model.pose(body, posture)


def _place_beside(
    rng: np.random.Generator, first: PosedHand, second: PosedHand, camera: Camera
) -> PosedHand:
    """Mirror a second hand and put it near, in front of or behind the first."""
    turn = draw_mirrored_turn(rng)
    unit = np.linalg.norm(first.keypoints[MIDDLE_KNUCKLE] - first.keypoints[WRIST])
    aside = rng.normal(0, 1, 3) @ np.diag([1.0, 1.0, 0.2])
    aside *= rng.uniform(0.3, 1.6) * unit / np.linalg.norm(aside)
    towards = camera.rotation.T @ [0.0, 0.0, rng.choice([-1.0, 1.0])]
    middle = first.keypoints.mean(axis=0) + camera.rotation.T @ aside
    shift = middle - turn @ second.keypoints.mean(axis=0)
    for step in range(14):
        placed = second.moved(turn, shift + step * 0.15 * unit * towards)
        if bone_gap(first, placed) > _APART * unit:
            break
    return placed


def draw_mirrored_turn(rng: np.random.Generator) -> FloatArray:
    """Return the `(3, 3)` turn of a person's other hand."""
    turn = np.diag([-1.0, 1.0, 1.0])
    for axis, spread in zip(np.eye(3), (40, 60, 50), strict=True):
        turn = rotation(axis, rng.normal(0, spread)) @ turn
    return turn


def bone_gap(a: PosedHand, b: PosedHand) -> float:
    """Return the least distance between the bones of two arms, metres."""
    (starts_a, ends_a), (starts_b, ends_b) = _bones(a), _bones(b)
    count = len(starts_a)
    first, second = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    gaps = segment_distance(
        starts_a[first], ends_a[first], starts_b[second], ends_b[second]
    )
    return float(gaps.min())


def _bones(hand: PosedHand) -> tuple[FloatArray, FloatArray]:
    """Return the ends of a hand's bones and of its forearm."""
    joints = hand.keypoints
    elbow = joints[WRIST] - 0.2 * hand.arm_axis
    starts, ends = (joints[[bone[k] for bone in BONES]] for k in (0, 1))
    return np.vstack([starts, joints[WRIST]]), np.vstack([ends, elbow])
