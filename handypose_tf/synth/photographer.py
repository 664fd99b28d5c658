"""One picture of hands or people from one number, with its labels.

Sample `i` of a seed depends on nothing but the two, the data of hand and body, and the
background photos, so that samples can be made in any order, anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray, is_inside, tight_box
from handypose_tf.synth.anatomy.body import HumanBody
from handypose_tf.synth.picture.film import draw_film, expose
from handypose_tf.synth.picture.renderer import Renderer, Rendering
from handypose_tf.synth.sample import HandLabel, SynthSample
from handypose_tf.synth.scenes.hands import draw_hands_scene
from handypose_tf.synth.scenes.hard import draw_hard_scene
from handypose_tf.synth.scenes.people import draw_people_scene
from handypose_tf.synth.scenes.scene import Scene
from handypose_tf.synth.space.lighting import Shadows
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.crowd import Casting
from handypose_tf.synth.world.hand_model import HandModel

#: Scenes that are drawn until one shows what it should.
_TRIES = 40

_MIRROR_SHARE = 0.5

#: Of people: hands of which less is seen, or that are smaller, are marked as hidden:
#: joints, and share of the picture's side.
_HIDDEN_BELOW, _TINY = 6, 0.025


@dataclass(frozen=True)
class Rule:
    """What a picture must show, and how it is taken.

    Attributes:
        least_inside: A scene is drawn anew if a hand has fewer joints in the picture,
        least_seen: or if things before it, or its own arm, leave fewer to be seen.
        every_hand: Whether all hands must be so, or one; then the others are labelled
            where a joint of them is in the picture, and marked if they are hidden.
        surface_share: Share of pictures with a wall or a table behind the hands.
        oversampling: Rays through each pixel, along a side.
    """

    least_inside: int
    least_seen: int
    every_hand: bool = True
    surface_share: float = 0.35
    oversampling: int = 2

    def worst(self, counts: NDArray[np.integer]) -> int:
        """Return what counts of hands' joints amount to."""
        return int(counts.min() if self.every_hand else counts.max())


HANDS, HARD = Rule(12, 6), Rule(9, 6)
PEOPLE = Rule(14, 10, every_hand=False, surface_share=0.0, oversampling=1)

#: Draws a scene for a square picture of some pixels.
DrawScene = Callable[[np.random.Generator, int], Scene]


class Photographer:
    """Makes samples.

    Args:
        draw: What draws the scenes.
        rule: What they must show.
        backgrounds: What is behind them.
        size: Side of the square pictures, pixels.
        hard: What draws hard hands, see :mod:`scenes.hard`, and their share.
    """

    def __init__(
        self,
        draw: DrawScene,
        rule: Rule,
        backgrounds: Backgrounds,
        *,
        size: int,
        hard: tuple[DrawScene, float] | None = None,
    ) -> None:
        self._draw, self._rule, self._hard = draw, rule, hard
        self._backgrounds = backgrounds
        self._size = size
        self._render = Renderer(rule.oversampling)

    def __call__(self, seed: int, index: int) -> SynthSample:
        """Make sample `index` of a seed."""
        rng = np.random.default_rng([seed, index])
        draw, rule = self._draw, self._rule
        if self._hard and rng.random() < self._hard[1]:
            draw, rule = self._hard[0], HARD
        for _ in range(_TRIES):
            scene = draw(rng, self._size)
            joints = scene.camera.project(scene.hands)
            inside = is_inside(joints, self._size, self._size).sum(axis=1)
            if rule.worst(inside) < rule.least_inside:
                continue
            shadows = scene.shadows()
            rendering = self._render(scene, shadows)
            if rule.worst(rendering.is_seen.sum(axis=1)) >= rule.least_seen:
                return self._develop(rng, scene, shadows, rendering)
        raise RuntimeError(f"seed {seed}, sample {index}: no scene shows a hand")

    def _develop(
        self,
        rng: np.random.Generator,
        scene: Scene,
        shadows: Shadows,
        rendering: Rendering,
    ) -> SynthSample:
        """Put the background behind the scene and take the photo."""
        behind = self._backgrounds.draw(rng, self._size, self._size)
        if self._rule.surface_share and rng.random() < self._rule.surface_share:
            behind *= surface_light(scene, shadows, gap=float(rng.uniform(0.02, 0.15)))
        light = rendering.colour + (1 - rendering.coverage[..., None]) * behind
        film = draw_film(rng)
        image = expose(light * exposure_of(rendering), film, rng)
        mirrored = bool(rng.random() < _MIRROR_SHARE)
        if mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        labels = self._label(rendering, melanin=scene.melanin, mirrored=mirrored)
        return SynthSample(image, labels, film.quality)

    def _label(
        self, rendering: Rendering, *, melanin: float | None, mirrored: bool
    ) -> tuple[HandLabel, ...]:
        labels = []
        views = zip(rendering.keypoints, rendering.is_seen, strict=True)
        for number, (keypoints, is_seen) in enumerate(views):
            if not is_inside(keypoints, self._size, self._size).any():
                continue
            label = label_hand(
                keypoints,
                is_seen,
                size=self._size,
                is_left=number % 2 == 1,
                mirrored=mirrored,
            )
            if not self._rule.every_hand:
                label = _mark(label, self._size)
            labels.append(replace(label, melanin=melanin))
        return tuple(labels)


def photograph_hands(
    model: HandModel, backgrounds: Backgrounds, *, size: int = 256, hard: float = 0.0
) -> Photographer:
    """Return a photographer of hands; a share of them is hard."""

    def usual(rng: np.random.Generator, size: int) -> Scene:
        return draw_hands_scene(rng, model, backgrounds, size)

    def difficult(rng: np.random.Generator, size: int) -> Scene:
        return draw_hard_scene(rng, model, backgrounds, size)

    asked = (difficult, hard) if hard else None
    return Photographer(usual, HANDS, backgrounds, size=size, hard=asked)


def photograph_people(
    body: HumanBody, hand: HandModel, backgrounds: Backgrounds, *, size: int
) -> Photographer:
    """Return a photographer of people; their hands have the features of `hand`."""
    casting = Casting(body, hand)

    def draw(rng: np.random.Generator, size: int) -> Scene:
        return draw_people_scene(rng, casting, backgrounds, size)

    return Photographer(draw, PEOPLE, backgrounds, size=size)


def label_hand(
    keypoints: FloatArray,
    is_seen: NDArray[np.bool_],
    *,
    size: int,
    is_left: bool,
    mirrored: bool,
) -> HandLabel:
    """Label one hand; in a mirrored picture joints keep their names."""
    inside = is_inside(keypoints, size, size)
    visibility = inside.astype(np.int64) + (inside & is_seen)
    if mirrored:
        keypoints = (keypoints * [-1, 1] + [size - 1, 0]).astype(np.float32)
    box = tight_box(keypoints, visibility)
    return HandLabel(keypoints, visibility, box, is_left != mirrored)


def _mark(label: HandLabel, size: int) -> HandLabel:
    """Mark a hand of which too little is seen."""
    num_seen = int((label.visibility == 2).sum())
    is_tiny = float(label.box[2:].max()) < _TINY * size
    return replace(label, is_hidden=num_seen < _HIDDEN_BELOW or is_tiny)


def surface_light(scene: Scene, shadows: Shadows, *, gap: float) -> FloatArray:
    """Return the light on a wall or table behind the hands, shadows included.

    Args:
        scene: Hands, lights and the camera; the surface is square to its view.
        shadows: The lights' depth grids.
        gap: Between the farthest joint and the surface, metres.

    Returns:
        `(height, width, 3)`, 1 where all light arrives.
    """
    step, camera, lights = 4, scene.camera, scene.lights
    height, width = -(-camera.height // step), -(-camera.width // step)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    rays = camera.rays(x * step + (step - 1) / 2, y * step + (step - 1) / 2)
    depth = camera.view(scene.hands)[..., 2].max() + gap
    facing = np.maximum(-lights.directions[:, 2], 0)
    lit = facing * shadows.visible((rays * depth).reshape(-1, 3).astype(np.float32))
    light = (lit @ lights.radiance) / np.maximum(facing @ lights.radiance, 1e-6)
    light = light.reshape(height, width, 3).astype(np.float32)
    smooth = cv2.GaussianBlur(light, (0, 0), 1.0)
    grown = cv2.resize(smooth, (width * step, height * step))
    return np.asarray(grown[: camera.height, : camera.width], np.float32)


def exposure_of(rendering: Rendering) -> float:
    """Return the factor that an automatic exposure would choose for the hands."""
    total = max(float(rendering.skin.sum()), 1.0)
    mean = float((rendering.colour.mean(axis=2) * rendering.skin).sum()) / total
    return float(np.clip(0.28 / max(mean, 1e-3), 0.5, 3.5) ** 0.6)
