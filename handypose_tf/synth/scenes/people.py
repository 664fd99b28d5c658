"""A picture of people: who is in it, where they are, and where the camera stands."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.crowd import Casting, PosedPerson
from handypose_tf.synth.world.illumination import draw_lights
from handypose_tf.synth.world.props import draw_material
from handypose_tf.synth.world.things import Thing, ball, box, cylinder

#: Lamps of the dome, and of each key light; fewer than for a hand alone, whose folds
#: are all that there is to see.
_DOME_LAMPS, _KEY_LAMPS = 8, 3

#: Chances of one to four people.
_COUNTS = (0.55, 0.27, 0.12, 0.06)

#: Height of what the picture shows at a person's distance, metres: least, most, share
#: of pictures. Portrait, half-length, to the knees, full-length.
_FRAMES = ((0.45, 0.8, 0.3), (0.8, 1.15, 0.32), (1.15, 1.6, 0.18), (1.6, 2.2, 0.2))

_FURNITURE_SHARE = 0.25

#: Side of a cell of the shadow grids, metres: a body's points are 4 cm apart.
_SHADOW_CELL = 0.035


def draw_people_scene(
    rng: np.random.Generator, casting: Casting, backgrounds: Backgrounds, size: int
) -> Scene:
    """Draw a scene for a square picture of `size` pixels."""
    count = 1 + int(rng.choice(len(_COUNTS), p=_COUNTS))
    people = [casting.draw(rng) for _ in range(count)]
    camera = _draw_camera(rng, people[0], size)
    placed = [people[0]]
    for number, person in enumerate(people[1:]):
        side = (-1) ** number * rng.choice([-1, 1])
        placed.append(_place_beside(rng, person, people[0], side * (1 + number // 2)))
    things = _draw_held(rng, placed, backgrounds)
    if rng.random() < _FURNITURE_SHARE:
        things.append(_draw_furniture(rng, people[0], backgrounds))
    lights = draw_lights(rng, num_dome=_DOME_LAMPS, num_key=_KEY_LAMPS)
    own = [thing for person in placed for thing in person.things]
    joints = np.concatenate([person.keypoints for person in placed])
    return Scene((*own, *things), joints, camera, lights, _SHADOW_CELL)


def _place_beside(
    rng: np.random.Generator, person: PosedPerson, first: PosedPerson, side: float
) -> PosedPerson:
    turn = rotation([0, 1, 0], rng.normal(0, 35))
    height = 0.0 if rng.random() < 0.3 else float(first.chest[1] - person.chest[1])
    height += rng.normal(0, 0.12)
    aside = side * rng.uniform(0.42, 0.75)
    shift = np.array([aside, height, rng.normal(-0.1, 0.3)])
    return person.moved(turn, first.chest * [1, 0, 1] + shift)


def _draw_camera(rng: np.random.Generator, person: PosedPerson, size: int) -> Camera:
    """Draw a camera that looks at a person; cut by the frame, or whole."""
    frames = np.array(_FRAMES)
    low, high, _ = frames[rng.choice(len(frames), p=frames[:, 2])]
    view = float(rng.uniform(low, high))
    focal = size * float(np.exp(rng.uniform(np.log(0.75), np.log(2.5))))
    target = _aim(rng, person, view)
    yaw = rng.normal(0, 30) if rng.random() < 0.85 else rng.uniform(-180, 180)
    pitch = rng.normal(4, 10)
    upright = np.diag([1.0, -1.0, -1.0])
    turn = (
        rotation([0, 0, 1], rng.normal(0, 5))
        @ upright
        @ rotation([1, 0, 0], pitch)
        @ rotation([0, 1, 0], yaw)
    )
    distance = max(focal * view / size, 0.55)
    shift = np.array([0, 0, distance]) - turn @ target
    return Camera(size, size, focal, turn, shift)


def _aim(rng: np.random.Generator, person: PosedPerson, view: float) -> FloatArray:
    """Return the point in the middle of the picture: mostly a hand is in it."""
    if rng.random() < 0.3:
        hand = person.keypoints[rng.integers(2)].mean(axis=0)
        return hand + rng.uniform(-0.3, 0.3, 3) * view
    top = person.crown[1] + rng.uniform(-0.05, 0.2) * view
    middle = np.array([person.chest[0], top - view / 2, person.chest[2]])
    return middle + rng.normal(0, 0.1, 3) * view * [1, 0.3, 0]


def _draw_held(
    rng: np.random.Generator, people: list[PosedPerson], backgrounds: Backgrounds
) -> list[Thing]:
    """Put things into some hands: a telephone, a cup, a ball, a rod."""
    held = []
    for joints in np.concatenate([person.keypoints for person in people]):
        if rng.random() > 0.15:
            continue
        material = draw_material(rng, backgrounds)
        palm = np.cross(joints[5] - joints[0], joints[17] - joints[0])
        palm /= np.linalg.norm(palm)
        across = joints[17] - joints[5]
        across /= np.linalg.norm(across)
        inner = joints[[8, 12, 16, 4]].mean(axis=0) - joints[9]
        palm *= np.sign(inner @ palm) or 1
        center = joints[[5, 9, 13]].mean(axis=0) + 0.045 * palm
        kind = rng.integers(3)
        if kind == 0:
            axes = np.stack([across, np.cross(palm, across), palm])
            sides = [rng.uniform(0.06, 0.2), rng.uniform(0.05, 0.25), 0.01]
            held.append(box(center, axes, sides, material))
        elif kind == 1:
            radius = rng.uniform(0.012, 0.035)
            length = rng.uniform(0.1, 0.5)
            held.append(cylinder(center, across, radius, length, material))
        else:
            held.append(ball(center, [rng.uniform(0.02, 0.04)] * 3, material))
    return held


def _draw_furniture(
    rng: np.random.Generator, person: PosedPerson, backgrounds: Backgrounds
) -> Thing:
    """Put a table, or a counter, before a person."""
    material = draw_material(rng, backgrounds)
    top = person.chest[1] - rng.uniform(0.3, 0.55)
    sides = np.array([rng.uniform(0.8, 2.5), rng.uniform(0.03, 1.0), 0.6])
    depth = person.chest[2] + rng.uniform(0.25, 0.5) + sides[2] / 2
    center = np.array([person.chest[0], top - sides[1] / 2, depth])
    turn = rotation([0, 1, 0], rng.normal(0, 8))
    return box(center, turn, sides, material)
