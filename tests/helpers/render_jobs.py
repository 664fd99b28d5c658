"""What the rendering tests do in a process of their own, without TensorFlow."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.synth import photographer as photographer_module
from handypose_tf.synth.anatomy.arm import WHEEL, load
from handypose_tf.synth.anatomy.body import load_body
from handypose_tf.synth.look.detail import CHANNELS
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.look.texels import TILE
from handypose_tf.synth.photographer import (
    Photographer,
    photograph_hands,
    photograph_people,
)
from handypose_tf.synth.picture.raster import Rasteriser, fragments
from handypose_tf.synth.picture.renderer import Renderer, Rendering
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.sample import SynthSample
from handypose_tf.synth.scenes.hands import bone_gap, hands_scene
from handypose_tf.synth.scenes.hard import DRAW_HARD
from handypose_tf.synth.scenes.people import draw_people_scene
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.crowd import Casting
from handypose_tf.synth.world.hand_model import HandModel
from handypose_tf.synth.world.illumination import make_lights
from handypose_tf.synth.world.person import Person, shape_body
from handypose_tf.synth.world.things import Thing

SIZE = 200
SAMPLE_SIZE = 96
PEOPLE_SIZE = 192


@cache
def rasteriser() -> Rasteriser:
    return Rasteriser()


@cache
def model() -> HandModel:
    """The real hand with featureless skin: drawing the features takes half a minute."""
    anatomy = load(cache_folder() / WHEEL)
    shape = (len(anatomy.faces), TILE, TILE, len(CHANNELS))
    return HandModel(anatomy, np.full(shape, 100, np.uint8))


@cache
def people_photographer() -> Photographer:
    body = load_body(cache_folder() / WHEEL)
    return photograph_people(body, model(), Backgrounds(), size=PEOPLE_SIZE)


@cache
def renderer(oversampling: int = 2) -> Renderer:
    return Renderer(oversampling)


@cache
def photographer(hard: float) -> Photographer:
    return photograph_hands(model(), Backgrounds(), size=SAMPLE_SIZE, hard=hard)


def rasterise(points: np.ndarray, triangles: np.ndarray, camera: Camera) -> np.ndarray:
    return rasteriser()(points, triangles, camera)


def vtk_matrix(points: np.ndarray, camera: Camera) -> np.ndarray:
    """VTK's own projection, after it has drawn with a camera."""
    rasteriser()(points, np.array([[0, 1, 2]]), camera)
    view = rasteriser()._renderer.GetActiveCamera()
    aspect = camera.width / camera.height
    matrix = view.GetCompositeProjectionTransformMatrix(aspect, -1, 1)
    return np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])


def interpolate(
    points: np.ndarray, triangles: np.ndarray, camera: Camera
) -> tuple[np.ndarray, np.ndarray]:
    """Return the points that pixels see, and the pixels' rays."""
    seen = rasteriser()(points, triangles, camera)
    pixels = fragments(seen, points, triangles, camera)
    rays = camera.rays(pixels.columns, pixels.rows)
    return pixels.interpolate(points, triangles), rays


def palm_scene(
    pose: str, things: tuple[Thing, ...] = (), *, mirrored: bool = False
) -> Scene:
    """A hand, palm to the camera, fingers up; a right one."""
    hand = model().pose(
        shape_body(model().anatomy, Person({}, SkinTone())), POSES[pose]
    )
    if mirrored:
        hand = hand.moved(np.diag([-1.0, 1.0, 1.0]), np.zeros(3))
    turn = np.diag([1.0, -1.0, -1.0]) @ rotation([0, 1, 0], 180)
    shift = np.array([0, 0, 0.6]) - turn @ [0.0, 0.08, 0.0]
    dome = ([0, -1, 0], np.ones(3), np.ones(3))
    lights = make_lights(np.random.default_rng(0), dome, [], num_dome=8)
    camera = Camera(SIZE, SIZE, 2.0 * SIZE, turn, shift)
    return hands_scene(model(), [hand], things, SkinTone(), camera, lights)


def render(
    pose: str,
    *,
    things: tuple[Thing, ...] = (),
    mirrored: bool = False,
    turn: float = 0.0,
    aside: float = 0.0,
) -> Rendering:
    scene = palm_scene(pose, things, mirrored=mirrored)
    camera = scene.camera
    camera = replace(
        camera,
        rotation=camera.rotation @ rotation([0, 1, 0], turn),
        translation=camera.translation + np.array([aside, 0, 0]),
    )
    scene = replace(scene, camera=camera)
    return renderer()(scene, scene.shadows())


def keypoints_3d(pose: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the joints in the world, and the direction towards the camera."""
    scene = palm_scene(pose)
    return scene.hands[0], -scene.camera.rotation[2]


def sample(seed: int, index: int, hard: float = 0.0, **constants: Any) -> SynthSample:
    """Make a sample, with constants of its module changed meanwhile."""
    kept = {name: getattr(photographer_module, name) for name in constants}
    try:
        for name, value in constants.items():
            setattr(photographer_module, name, value)
        return photographer(hard)(seed, index)
    finally:
        for name, value in kept.items():
            setattr(photographer_module, name, value)


class HardFacts(NamedTuple):
    """What a hard scene holds; the hands' gap in hand lengths, inf for one hand."""

    num_hands: int
    num_things: int
    gap: float


def hard_facts(kind: str, seed: int) -> HardFacts:
    """Draw a scene of one kind of hard hands."""
    rng = np.random.default_rng(seed)
    body = shape_body(model().anatomy, Person({}, SkinTone()))
    hands, things = DRAW_HARD[kind](rng, model(), body, Backgrounds())
    gap = np.inf
    if len(hands) == 2:
        joints = hands[0].keypoints
        gap = bone_gap(*hands) / float(np.linalg.norm(joints[9] - joints[0]))
    return HardFacts(len(hands), len(things), gap)


def people_sample(seed: int, index: int) -> SynthSample:
    return people_photographer()(seed, index)


def people_rendering(seed: int) -> Rendering:
    """Render a scene of people as it is drawn, whatever it shows."""
    casting = Casting(load_body(cache_folder() / WHEEL), model())
    rng = np.random.default_rng(seed)
    scene = draw_people_scene(rng, casting, Backgrounds(), PEOPLE_SIZE)
    return renderer(1)(scene, scene.shadows())
