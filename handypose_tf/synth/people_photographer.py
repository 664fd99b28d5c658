"""One picture of people from one number, with the labels of all their hands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from handypose_tf.synth.anatomy.body import HumanBody
from handypose_tf.synth.photographer import exposure_of, is_inside, label_hand
from handypose_tf.synth.picture.film import draw_film, expose
from handypose_tf.synth.picture.people_render import PeopleRenderer
from handypose_tf.synth.picture.render import Rendering
from handypose_tf.synth.sample import HandLabel, SynthSample
from handypose_tf.synth.scenes.people import PeopleScene, draw_people_scene
from handypose_tf.synth.world.backgrounds import Backgrounds
from handypose_tf.synth.world.crowd import Casting
from handypose_tf.synth.world.hand_model import HandModel

#: A picture shows one hand at the least with so many joints inside, and so many seen.
_LEAST_INSIDE, _LEAST_SEEN = 14, 10
_TRIES = 40

#: Hands of which less is seen, or that are smaller, are marked as hidden: joints, and
#: share of the picture's side.
_HIDDEN_BELOW, _TINY = 6, 0.025

_MIRROR_SHARE = 0.5


class PeoplePhotographer:
    """Makes samples of people; sample `i` of a seed is always the same.

    Args:
        body: The body.
        hand: Whose features the hands have.
        backgrounds: What is behind the people.
        size: Side of the square pictures, pixels.

    Attributes:
        casting: What draws the people.
    """

    def __init__(
        self, body: HumanBody, hand: HandModel, backgrounds: Backgrounds, *, size: int
    ) -> None:
        self.casting = Casting(body, hand)
        self._backgrounds = backgrounds
        self._size = size
        self._render = PeopleRenderer()

    def __call__(self, seed: int, index: int) -> SynthSample:
        """Make sample `index` of a seed."""
        rng = np.random.default_rng([seed, index])
        for _ in range(_TRIES):
            scene = draw_people_scene(rng, self.casting, self._backgrounds, self._size)
            if not self._shows_hand(scene):
                continue
            rendering = self._render(scene)
            if rendering.is_seen.sum(axis=1).max() >= _LEAST_SEEN:
                return self._develop(rng, rendering)
        raise RuntimeError(f"seed {seed}, sample {index}: no scene shows a hand")

    def _shows_hand(self, scene: PeopleScene) -> bool:
        views = (scene.camera.project(hand) for hand in scene.hands)
        return max(is_inside(v, self._size).sum() for v in views) >= _LEAST_INSIDE

    def _develop(self, rng: np.random.Generator, rendering: Rendering) -> SynthSample:
        """Put the background behind the people and take the photo."""
        behind = self._backgrounds.draw(rng, self._size, self._size)
        light = rendering.colour + (1 - rendering.coverage[..., None]) * behind
        film = draw_film(rng)
        image = expose(light * exposure_of(rendering), film, rng)
        mirrored = bool(rng.random() < _MIRROR_SHARE)
        if mirrored:
            image = np.ascontiguousarray(image[:, ::-1])
        labels = []
        views = zip(rendering.keypoints, rendering.is_seen, strict=True)
        for number, (keypoints, is_seen) in enumerate(views):
            if is_inside(keypoints, self._size).any():
                label = label_hand(
                    keypoints,
                    is_seen,
                    size=self._size,
                    is_left=number % 2 == 1,
                    mirrored=mirrored,
                )
                labels.append(self._mark(label))
        return SynthSample(image, tuple(labels), film.quality)

    def _mark(self, label: HandLabel) -> HandLabel:
        """Mark a hand of which too little is seen."""
        num_seen = int((label.visibility == 2).sum())
        is_tiny = float(label.box[2:].max()) < _TINY * self._size
        return replace(label, is_hidden=num_seen < _HIDDEN_BELOW or is_tiny)
