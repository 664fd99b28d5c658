"""People: shaped, posed and dressed, as things with the keypoints of their hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.body import BONES, HumanBody
from handypose_tf.synth.look.complexion import BareSkin, BodyPaint
from handypose_tf.synth.pose.hand_skeleton import skin
from handypose_tf.synth.pose.human_skeleton import HumanSkeleton
from handypose_tf.synth.pose.stances import draw_stance
from handypose_tf.synth.space.mesh import triangulate
from handypose_tf.synth.world.dress import BAREFOOT, Outfit, skin_points
from handypose_tf.synth.world.hand_model import HandModel
from handypose_tf.synth.world.person import draw_person
from handypose_tf.synth.world.things import Thing
from handypose_tf.synth.world.wardrobe import Wardrobe

_ORDER = {bone: number for number, bone in enumerate(BONES)}


@dataclass(frozen=True)
class PosedPerson:
    """A person; metres, the ground is y = 0 at first.

    Attributes:
        things: Bare skin, clothes, hair and eyes.
        keypoints: `(2, 21, 3)` of the right and of the left hand.
        crown: `(3,)` the top of the head.
        chest: `(3,)` the breastbone.
    """

    things: tuple[Thing, ...]
    keypoints: FloatArray
    crown: FloatArray
    chest: FloatArray

    def moved(self, turn: FloatArray, shift: FloatArray) -> PosedPerson:
        """Return the person turned and shifted."""
        return PosedPerson(
            tuple(thing.moved(turn, shift) for thing in self.things),
            self.keypoints @ turn.T + shift,
            turn @ self.crown + shift,
            turn @ self.chest + shift,
        )


class Casting:
    """Draws people.

    Args:
        body: The body.
        hand: Whose features the hands have.
        barefoot: Chance of no shoes.
    """

    def __init__(
        self, body: HumanBody, hand: HandModel, barefoot: float = BAREFOOT
    ) -> None:
        self._body = body
        self._wardrobe = Wardrobe(body)
        self._barefoot = barefoot
        self._features = BodyPaint(body, hand.tiles).features

    def draw(self, rng: np.random.Generator) -> PosedPerson:
        """Draw a person who faces along z."""
        person = draw_person(rng)
        vertices, joints = self._body.shape(person.targets)
        skeleton = HumanSkeleton(joints)
        stance = draw_stance(rng, skeleton.rest, skeleton.hand.pose_keypoints)
        is_male = any(
            "-male-" in name and w > 0.3 for name, w in person.targets.items()
        )
        outfit = Outfit(
            rng,
            self._wardrobe,
            melanin=person.skin.melanin,
            is_male=is_male,
            barefoot=self._barefoot,
        )
        transforms, keypoints = skeleton.pose(stance)
        posed = skin(vertices, self._body.weights, transforms)
        part = self._body.parts["body"]
        points, normals = skin_points(part, posed)
        matter = BareSkin(person.skin, outfit.hair_colour, self._features)
        quads = triangulate(outfit.bare())
        bare = Thing(points, normals, quads, part.places, matter)
        crown, chest = (
            transforms[_ORDER[bone]] @ np.append(skeleton.rest[joint], 1)
            for bone, joint in (("head", "crown"), ("spine01", "spine01"))
        )
        return PosedPerson((bare, *outfit.things(posed)), keypoints, crown, chest)
