"""Stances drawn at random: what people do in photos, and with their hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.pose.posing import draw_posture
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.pose.stance import ArmPose, LegPose, Stance

_Joints = dict[str, FloatArray]

#: Directions for a right arm: outwards is to the person's right.
_OUT, _IN = np.array([-1.0, 0, 0]), np.array([1.0, 0, 0])
_UP, _DOWN = np.array([0, 1.0, 0]), np.array([0, -1.0, 0])
_FORWARD, _BACK = np.array([0, 0, 1.0]), np.array([0, 0, -1.0])

#: What hands mostly do that hang or lie.
_EASY = ("relaxed", "hanging", "resting", "open_easy", "loose_fist")

#: How likely both arms do the same.
_SAME_SHARE = 0.45


def draw_stance(
    rng: np.random.Generator, rest: _Joints, keypoints_of: Callable[[Posture], NDArray]
) -> Stance:
    """Draw what a person does.

    Args:
        rng: Source of chance.
        rest: The joints at rest, by name.
        keypoints_of: Gives the 21 joints of a hand's posture.
    """
    sits = rng.random() < 0.3
    legs = _sitting(rng) if sits else _standing(rng)
    names = _draw_kinds(rng, sits)
    arms = tuple(_vary(rng, _KINDS[name](rng, rest)) for name in names)
    hands = tuple(_draw_hand(rng, name, keypoints_of) for name in names)
    spine = rng.normal([4, 0, 0], [7, 4, 9])
    head = rng.normal([3, 0, 0], [12, 7, 22])
    return Stance((arms[0], arms[1]), (hands[0], hands[1]), legs, spine, head)


def _draw_kinds(rng: np.random.Generator, sits: bool) -> tuple[str, str]:
    names = list(_SHARES)
    shares = np.array([_SHARES[name] for name in names])
    if sits:
        shares *= [
            4.0 if name == "lap" else 0.4 if name == "hang" else 1 for name in names
        ]
    else:
        shares[names.index("lap")] = 0
    shares /= shares.sum()
    first, second = (str(name) for name in rng.choice(names, 2, p=shares))
    both = first in ("together", "crossed") or rng.random() < _SAME_SHARE
    if not both and second in ("together", "crossed"):
        second = "hang"
    return (first, first if both else second)


def _draw_hand(
    rng: np.random.Generator, kind: str, keypoints_of: Callable[[Posture], NDArray]
) -> Posture:
    easy = kind in ("hang", "lap", "hip", "crossed", "together")
    if easy and rng.random() < 0.8:
        return draw_posture(rng, keypoints_of, str(rng.choice(_EASY)))
    return draw_posture(rng, keypoints_of)


def _vary(rng: np.random.Generator, pose: ArmPose) -> ArmPose:
    """Add what no two people do alike."""
    return replace(
        pose,
        wrist=pose.wrist + rng.normal(0, 0.02, 3),
        elbow=pose.elbow + rng.normal(0, 0.2, 3),
        palm=pose.palm + rng.normal(0, 0.3, 3),
        bend=np.clip(pose.bend + rng.normal(0, [14, 7]), [-60, -18], [65, 30]),
    )


def _arm(
    wrist: ArrayLike, elbow: ArrayLike, palm: ArrayLike, flexion: float = 0.0
) -> ArmPose:
    return ArmPose(
        np.asarray(wrist), np.asarray(elbow), np.asarray(palm), np.array([flexion, 4.0])
    )


def _reach(rest: _Joints) -> float:
    """Return the length of the arm, metres."""
    joints = [rest[name] for name in ("shoulder", "elbow", "wrist")]
    return float(sum(np.linalg.norm(np.diff(joints, axis=0), axis=1)))


def _front(rest: _Joints, height: float, depth: float) -> FloatArray:
    """Return a place before the middle of the trunk.

    Args:
        rest: The joints at rest.
        height: 0 at the hips, 1 at the neck.
        depth: Before the spine, in lengths of the arm.
    """
    low, high = rest["pelvis"], rest["neck"]
    return low + height * (high - low) + depth * _reach(rest) * _FORWARD


def _hang(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    down = _DOWN + rng.uniform(0.08, 0.4) * _OUT + rng.normal(0.08, 0.15) * _FORWARD
    length = rng.uniform(0.93, 0.995) * _reach(rest)
    palm = _IN + rng.uniform(-0.2, 1.2) * _BACK
    wrist = rest["shoulder"] + down / np.linalg.norm(down) * length
    return _arm(wrist, _BACK + 0.6 * _OUT, palm, 8)


def _hip(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    height = rng.uniform(-0.1, 0.25)
    wrist = _front(rest, height, rng.uniform(-0.08, 0.08))
    wrist[0] = rest["hip"][0] - rng.uniform(0.16, 0.25) * _reach(rest)
    palm = _IN + 0.4 * _DOWN + rng.choice([-0.6, 0.6]) * _FORWARD
    return _arm(wrist, _OUT + 0.7 * _BACK, palm, rng.uniform(-40, 40))


def _crossed(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    wrist = _front(rest, rng.uniform(0.45, 0.65), rng.uniform(0.32, 0.42))
    wrist += rng.uniform(0.02, 0.2) * _reach(rest) * _IN
    return _arm(wrist, _DOWN + 0.7 * _OUT, _BACK + 0.4 * _DOWN, 15)


def _together(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    wrist = _front(rest, rng.uniform(-0.05, 0.9), rng.uniform(0.4, 0.6))
    wrist += rng.uniform(0.06, 0.16) * _reach(rest) * _OUT
    return _arm(wrist, _DOWN + 0.6 * _OUT, _IN + rng.uniform(0, 0.8) * _BACK, 5)


def _gesture(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    """Reach before the body, as in talk or at work."""
    reach = _reach(rest)
    ahead = rng.uniform([-0.35, -0.65, 0.3], [0.3, 0.1, 0.75])
    wrist = rest["shoulder"] + reach * ahead
    palm = rng.normal(0, 0.7, 3) + 0.7 * _IN
    return _arm(wrist, _DOWN + 0.4 * _OUT + 0.2 * _BACK, palm, rng.normal(-5, 15))


def _raised(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    towards = rng.uniform([-0.9, 0.3, -0.1], [0.1, 1.0, 0.6])
    towards /= np.linalg.norm(towards)
    wrist = rest["shoulder"] + towards * rng.uniform(0.55, 0.99) * _reach(rest)
    palm = _FORWARD + rng.normal(0, 0.6, 3)
    return _arm(wrist, _OUT + 0.7 * _DOWN, palm, rng.normal(-8, 15))


def _ahead(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    """Reach out to the camera."""
    towards = rng.uniform([-0.35, -0.3, 0.9], [0.35, 0.35, 1.0])
    towards /= np.linalg.norm(towards)
    wrist = rest["shoulder"] + towards * rng.uniform(0.75, 0.99) * _reach(rest)
    palm = [_IN, _UP, _DOWN, _FORWARD + 0.5 * _UP][rng.integers(4)]
    bend = -45.0 if palm[2] > 0 else rng.normal(0, 20)
    return _arm(wrist, _DOWN + 0.3 * _OUT, palm, bend)


def _face(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    hand = 0.35 * np.linalg.norm(rest["wrist"] - rest["elbow"])
    place = rest["mouth"] + rng.uniform([-0.14, -0.02, 0.03], [0.0, 0.14, 0.09])
    wrist = place + hand * rng.uniform([-0.9, -1.6, 0.0], [0.2, -0.5, 0.7])
    palm = _BACK + rng.normal(0.4, 0.5) * _IN
    return _arm(wrist, _DOWN + 0.5 * _OUT + 0.3 * _FORWARD, palm, rng.uniform(0, 40))


def _chest(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    wrist = _front(rest, rng.uniform(0.3, 0.95), rng.uniform(0.28, 0.4))
    wrist += rng.uniform(-0.05, 0.25) * _reach(rest) * _OUT
    return _arm(wrist, _DOWN + 0.7 * _OUT, _BACK + 0.3 * _IN, 10)


def _lap(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    thigh = np.linalg.norm(rest["knee"] - rest["hip"])
    wrist = rest["hip"] + thigh * rng.uniform([-0.1, 0.2, 0.3], [0.15, 0.3, 0.9])
    return _arm(wrist, _BACK + 0.7 * _OUT, _DOWN + rng.uniform(0, 0.6) * _IN, 5)


def _anywhere(rng: np.random.Generator, rest: _Joints) -> ArmPose:
    towards = rng.normal([-0.3, 0, 0.4], 0.7)
    towards /= np.linalg.norm(towards)
    wrist = rest["shoulder"] + towards * rng.uniform(0.45, 0.99) * _reach(rest)
    return _arm(wrist, _DOWN + rng.normal(0, 0.4, 3), rng.normal(0, 1, 3))


_KINDS: dict[str, Callable[[np.random.Generator, _Joints], ArmPose]] = {
    "hang": _hang,
    "hip": _hip,
    "crossed": _crossed,
    "together": _together,
    "gesture": _gesture,
    "raised": _raised,
    "ahead": _ahead,
    "face": _face,
    "chest": _chest,
    "lap": _lap,
    "anywhere": _anywhere,
}
_SHARES = {
    "hang": 0.15,
    "hip": 0.07,
    "crossed": 0.04,
    "together": 0.08,
    "gesture": 0.24,
    "raised": 0.1,
    "ahead": 0.08,
    "face": 0.09,
    "chest": 0.06,
    "lap": 0.08,
    "anywhere": 0.09,
}


def _standing(rng: np.random.Generator) -> tuple[LegPose, LegPose]:
    def leg(step: float) -> LegPose:
        return LegPose(step, rng.normal(4, 3), step * rng.uniform(0.3, 1.5))

    left, right = np.abs(rng.normal(0, 9, 2)).tolist()
    return leg(left), leg(right)


def _sitting(rng: np.random.Generator) -> tuple[LegPose, LegPose]:
    forward, knee = rng.normal(84, 6), rng.normal(86, 9)

    def leg() -> LegPose:
        return LegPose(
            forward + rng.normal(0, 4), rng.uniform(0, 18), knee + rng.normal(0, 6)
        )

    return leg(), leg()
