"""Things that are really held: one in the hand, and the fingers closed around it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from handypose_tf.synth.pose.collision import penetration
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.world.grasp import Grasp
from handypose_tf.synth.world.offers import AGAINST, THINGS, Offer, open_hand
from handypose_tf.synth.world.solids import Solid

_TRIES = 12

#: A grip holds if links of the fingers are this near to the thing, metres, and the
#: thumb is near to it or to the fingers; nothing may be deeper in the thing, or in the
#: hand itself (share of its length).
_NEAR = 0.004
_NEAR_THUMB, _NEAR_SELF = 0.012, 0.02
_DEEPEST, _DEEPEST_SELF = 0.004, 0.03


@dataclass(frozen=True)
class Grip:
    """A closed hand and what is in it.

    Attributes:
        posture: Of hand and arm.
        solids: The thing, in parts; the first is what the fingers close around.
    """

    posture: Posture
    solids: tuple[Solid, ...]


def draw_grip(
    rng: np.random.Generator, grasp: Grasp, arm: Posture, kind: str | None = None
) -> Grip | None:
    """Draw a thing in a hand.

    Args:
        rng: Source of chance.
        grasp: The hand.
        arm: Posture whose wrist, twist and elbow are kept.
        kind: One of `THINGS`; any if `None`.

    Returns:
        The grip, or `None` if this hand does not get hold of the things drawn.
    """
    for _ in range(_TRIES):
        name = kind or str(rng.choice(list(THINGS)))
        grip = _close(grasp, THINGS[name](rng, grasp), arm)
        if grip is not None:
            return grip
    return None


def hold(grasp: Grasp, solid: Solid, arm: Posture) -> Grip | None:
    """Close a hand around a solid that may be pushed out of the palm."""
    return _close(grasp, Offer((solid,), AGAINST, open_hand()), arm)


def _close(grasp: Grasp, offer: Offer, arm: Posture) -> Grip | None:
    opened = replace(offer.open, wrist=arm.wrist, twist=arm.twist, elbow=arm.elbow)
    posture = offer.thumb.posed(opened, 0)
    solids = offer.solids
    if offer.in_palm:
        rested = grasp.rest_on(posture, solids[0])
        shift = rested.center - solids[0].center
        solids = tuple(solid.shifted(shift) for solid in solids)
    if grasp.gaps(posture, solids[0])[1:4].min() < -_DEEPEST:
        return None
    posture = grasp.close_fingers(posture, solids[0], offer.closed)
    posture = grasp.close_thumb(posture, solids[0], offer.thumb)
    held = _holds(grasp, posture, offer, solids[0])
    return Grip(posture, solids) if held else None


def _holds(grasp: Grasp, posture: Posture, offer: Offer, solid: Solid) -> bool:
    gaps = grasp.gaps(posture, solid)
    if gaps.min() < -_DEEPEST:
        return False
    inner = penetration(grasp.keypoints(posture))
    if inner > _DEEPEST_SELF:
        return False
    near = gaps < _NEAR
    thumb = gaps[3] < _NEAR_THUMB or inner > -_NEAR_SELF
    return bool(thumb and near[4:].sum() >= offer.num_links)
