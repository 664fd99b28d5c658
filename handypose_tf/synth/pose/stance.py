"""What a body does: where its arms reach, how it stands, and what its hands do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.pose.posture import Posture


@dataclass(frozen=True)
class ArmPose:
    """What a right arm does, in the frame of the upright body; a left one's mirrored.

    Attributes:
        wrist: `(3,)` where the wrist is, metres; what is out of reach is pointed at.
        elbow: `(3,)` where the elbow would rather be, a direction from the shoulder.
        palm: `(3,)` the direction that the palm faces as far as the forearm can turn.
        bend: `(2,)` degrees, the wrist's flexion towards the palm and deviation towards
            the little finger.
    """

    wrist: FloatArray
    elbow: FloatArray
    palm: FloatArray
    bend: FloatArray = field(default_factory=lambda: np.zeros(2))


@dataclass(frozen=True)
class LegPose:
    """The angles of a leg, degrees: of the hip forwards and outwards, of the knee."""

    forward: float = 0.0
    outward: float = 3.0
    knee: float = 0.0


@dataclass(frozen=True)
class Stance:
    """What a body does; pairs are right, left.

    Attributes:
        spine: `(3,)` degrees of bowing forwards, leaning to the left, turning left.
        head: `(3,)` the same of the head.
        arms: What the arms do.
        hands: What the fingers do; wrist, twist and elbow are not looked at.
        legs: What the legs do.
    """

    arms: tuple[ArmPose, ArmPose]
    hands: tuple[Posture, Posture] = field(
        default_factory=lambda: (Posture(), Posture())
    )
    legs: tuple[LegPose, LegPose] = (LegPose(), LegPose())
    spine: FloatArray = field(default_factory=lambda: np.zeros(3))
    head: FloatArray = field(default_factory=lambda: np.zeros(3))
