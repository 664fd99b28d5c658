"""What a hand does: the angles of its joints, and the limits that anatomy sets them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import FloatArray

#: Least and greatest angle of each joint, degrees, after the ranges of active motion in
#: A. I. Kapandji, "The Physiology of the Joints", volume 1.
LIMITS: dict[str, tuple[ArrayLike, ArrayLike]] = {
    "flexion": (
        np.tile([-25.0, -5.0, -8.0], (4, 1)),
        np.tile([92.0, 115.0, 80.0], (4, 1)),
    ),
    "spread": (np.array([-22.0, -9.0, -5.0, -8.0]), np.array([8.0, 9.0, 16.0, 34.0])),
    "arch": (np.zeros(2), np.array([12.0, 20.0])),
    "thumb_spread": (-5.0, 64.0),
    "thumb_lift": (-8.0, 66.0),
    "thumb_roll": (-30.0, 80.0),
    "thumb_flexion": (np.array([-15.0, -25.0]), np.array([62.0, 84.0])),
    "wrist": (np.array([-60.0, -20.0]), np.array([70.0, 35.0])),
    "twist": (-75.0, 75.0),
    "elbow": (-25.0, 60.0),
}


@dataclass
class Posture:
    """The angles of an arm, degrees.

    Attributes:
        flexion: `(4, 3)` index to little; knuckle, middle joint, end joint.
        spread: `(4,)` index to little: direction of the finger in the palm's plane,
            from the middle metacarpal towards the little finger.
        arch: `(2,)` how far the ring's and the little finger's metacarpals are folded.
        thumb_spread: Of the thumb's metacarpal from the index's side, in the plane.
        thumb_lift: Of the thumb's metacarpal out of the palm's plane, towards the palm.
        thumb_roll: Turn of the thumb about its own length; positive faces the fingers.
        thumb_flexion: `(2,)` of the thumb's knuckle and end joint.
        wrist: `(2,)` flexion towards the palm, and deviation towards the little finger.
        twist: Of the forearm; positive turns the elbow's side to the thumb's.
        elbow: Flexion of the elbow beyond the modelled pose.
    """

    flexion: FloatArray = field(
        default_factory=lambda: np.tile([10.0, 15.0, 8.0], (4, 1))
    )
    spread: FloatArray = field(default_factory=lambda: np.array([-7.0, 0.0, 7.0, 15.0]))
    arch: FloatArray = field(default_factory=lambda: np.zeros(2))
    thumb_spread: float = 40.0
    thumb_lift: float = 20.0
    thumb_roll: float = 0.0
    thumb_flexion: FloatArray = field(default_factory=lambda: np.array([10.0, 5.0]))
    wrist: FloatArray = field(default_factory=lambda: np.zeros(2))
    twist: float = 0.0
    elbow: float = 0.0


def clip_posture(posture: Posture) -> Posture:
    """Return the nearest posture within the joints' limits."""
    clipped = {name: np.clip(getattr(posture, name), *LIMITS[name]) for name in LIMITS}
    return Posture(**clipped)


def blend(a: Posture, b: Posture, share: float) -> Posture:
    """Return the posture a `share` of the way from `a` to `b`."""
    names = [field.name for field in fields(Posture)]
    mixed = {
        name: (1 - share) * getattr(a, name) + share * getattr(b, name)
        for name in names
    }
    return Posture(**mixed)
