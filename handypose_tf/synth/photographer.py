"""One picture of hands from one number, with its labels.

Sample `i` of a seed depends on nothing but the two, the hand's data and the background
photos, so that samples can be made in any order, anywhere.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray, tight_box
from handypose_tf.synth.picture.film import draw_film, expose
from handypose_tf.synth.picture.render import Renderer, Rendering
from handypose_tf.synth.sample import HandLabel, SynthSample
from handypose_tf.synth.scenes.hard import draw_hard_scene
from handypose_tf.synth.scenes.scene import Scene, draw_scene
from handypose_tf.synth.space.lighting import Shadows
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.hand_model import HandModel

#: A scene is drawn anew if a hand has fewer joints inside the picture, or if things in
#: front of it, or its own arm, leave fewer to be seen.
_LEAST_INSIDE = 12
_LEAST_INSIDE_HARD = 9
_LEAST_SEEN = 6
_TRIES = 40

_SURFACE_SHARE = 0.35
_MIRROR_SHARE = 0.5


class HandPhotographer:
    """Makes samples.

    Args:
        model: The hand.
        backgrounds: What is behind it.
        size: Side of the square pictures, pixels.
        hard: Share of the pictures that show hard hands, see :mod:`scenes.hard`.
    """

    def __init__(
        self,
        model: HandModel,
        backgrounds: Backgrounds,
        *,
        size: int = 256,
        hard: float = 0.0,
    ) -> None:
        self._model = model
        self._backgrounds = backgrounds
        self._size = size
        self._hard = hard
        self._render = Renderer(model)

    def __call__(self, seed: int, index: int) -> SynthSample:
        """Make sample `index` of a seed."""
        rng = np.random.default_rng([seed, index])
        is_hard = self._hard > 0 and rng.random() < self._hard
        draw = draw_hard_scene if is_hard else draw_scene
        least = _LEAST_INSIDE_HARD if is_hard else _LEAST_INSIDE
        for _ in range(_TRIES):
            scene = draw(rng, self._model, self._backgrounds, self._size)
            if self._num_inside(scene) < least:
                continue
            shadows = Shadows(scene.casters(), scene.lights)
            rendering = self._render(scene, shadows)
            if rendering.is_seen.sum(axis=1).min() >= _LEAST_SEEN:
                return self._develop(rng, scene, shadows, rendering)
        raise RuntimeError(f"seed {seed}, sample {index}: no scene shows the hand")

    def _num_inside(self, scene: Scene) -> int:
        """Return how many joints the picture holds, of the hand it holds least of."""
        views = (scene.camera.project(hand.keypoints) for hand in scene.hands)
        return min(int(is_inside(view, self._size).sum()) for view in views)

    def _develop(
        self,
        rng: np.random.Generator,
        scene: Scene,
        shadows: Shadows,
        rendering: Rendering,
    ) -> SynthSample:
        """Put the background behind the hands and take the photo."""
        behind = self._backgrounds.draw(rng, self._size, self._size)
        if rng.random() < _SURFACE_SHARE:
            behind *= surface_light(scene, shadows, gap=float(rng.uniform(0.02, 0.15)))
        light = rendering.colour + (1 - rendering.coverage[..., None]) * behind
        film = draw_film(rng)
        image = expose(light * exposure_of(rendering), film, rng)
        mirrored = bool(rng.random() < _MIRROR_SHARE)
        if mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        views = zip(rendering.keypoints, rendering.is_seen, strict=True)
        labels = [
            label_hand(*view, size=self._size, is_left=number == 1, mirrored=mirrored)
            for number, view in enumerate(views)
        ]
        tone = scene.tone.melanin
        labels = [replace(label, melanin=tone) for label in labels]
        return SynthSample(image, tuple(labels), film.quality)


def label_hand(
    keypoints: FloatArray,
    is_seen: NDArray[np.bool_],
    *,
    size: int,
    is_left: bool,
    mirrored: bool,
) -> HandLabel:
    """Label one hand; in a mirrored picture joints keep their names."""
    inside = is_inside(keypoints, size)
    visibility = inside.astype(np.int64) + (inside & is_seen)
    if mirrored:
        keypoints = (keypoints * [-1, 1] + [size - 1, 0]).astype(np.float32)
    box = tight_box(keypoints, visibility)
    return HandLabel(keypoints, visibility, box, is_left != mirrored)


def is_inside(keypoints: FloatArray, size: int) -> NDArray[np.bool_]:
    """Tell which points lie in a square picture."""
    return np.all((keypoints > -0.5) & (keypoints < size - 0.5), axis=1)


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
    depth = max(camera.view(hand.keypoints)[:, 2].max() for hand in scene.hands) + gap
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
