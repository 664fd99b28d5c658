"""Postures drawn at random: natural poses, blends of them, and free ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.pose.collision import penetration
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posture import Posture, blend, clip_posture

#: Jitter of a library pose, degrees (standard deviation).
_JITTER = {
    "flexion": 5.0,
    "spread": 2.0,
    "arch": 2.0,
    "thumb_spread": 4.0,
    "thumb_lift": 4.0,
    "thumb_roll": 5.0,
    "thumb_flexion": 5.0,
}

_TRIES = 6


def draw_posture(
    rng: np.random.Generator,
    keypoints_of: Callable[[Posture], FloatArray],
    base: str | None = None,
) -> Posture:
    """Draw a posture whose fingers do not run through each other.

    Args:
        rng: Source of chance.
        keypoints_of: Gives the 21 joints `(21, 3)` of a posture.
        base: Name of the library pose to vary; any, or a free one, if `None`.
    """
    arm = _draw_arm(rng)
    for _ in range(_TRIES):
        drawn = clip_posture(replace(_draw_hand(rng, base), **arm))
        if penetration(keypoints_of(drawn)) <= 0:
            return drawn
    safe = replace(POSES[base or "open_easy"], **arm)
    for share in (0.3, 0.6, 0.8):
        mixed = blend(drawn, safe, share)
        if penetration(keypoints_of(mixed)) <= 0:
            return mixed
    return safe


def _draw_hand(rng: np.random.Generator, base: str | None) -> Posture:
    names = list(POSES)
    kind = rng.random()
    if base is None and kind < 0.3:
        return _draw_free(rng)
    pose = POSES[base or names[rng.integers(len(names))]]
    if base is None and kind < 0.5:
        other = POSES[names[rng.integers(len(names))]]
        pose = blend(pose, other, float(rng.uniform(0.1, 0.9)))
    strength = rng.uniform(0.2, 1.2)
    return replace(
        pose,
        **{
            name: getattr(pose, name)
            + strength * deviation * rng.standard_normal(np.shape(getattr(pose, name)))
            for name, deviation in _JITTER.items()
        },
    )


def _draw_free(rng: np.random.Generator) -> Posture:
    """Draw each finger's curl; neighbours and the joints of a finger go together."""
    shared = rng.beta(0.8, 1.0)
    own = rng.beta(0.7, 0.9, 4)
    alike = rng.uniform(0, 1)
    curl = alike * shared + (1 - alike) * own
    curl = 0.8 * curl + 0.2 * np.convolve(
        np.pad(curl, 1, mode="edge"), np.ones(3) / 3, "valid"
    )
    knuckle = -12 + 95 * np.clip(curl + rng.normal(0, 0.15, 4), 0, 1)
    middle = 108 * np.clip(curl + rng.normal(0, 0.15, 4), 0, 1)
    end = 0.6 * middle + rng.normal(0, 6, 4)
    free = 1 - np.clip(knuckle / 90, 0, 1)
    fan = rng.uniform(0, 1) * free
    spread = np.array([-12, -1, 8, 20]) * fan + np.array([1, 1, 0, 1]) * (1 - fan)
    opposed = rng.uniform(0, 1)
    return Posture(
        flexion=np.stack([knuckle, middle, end], axis=1),
        spread=spread + rng.normal(0, 2, 4),
        arch=curl[2:] * [6, 12],
        thumb_spread=50 - 30 * opposed + rng.normal(0, 8),
        thumb_lift=8 + 40 * opposed + rng.normal(0, 8),
        thumb_roll=50 * opposed + rng.normal(0, 10),
        thumb_flexion=rng.normal([12, 18], [14, 20]) + 15 * opposed,
    )


def _draw_arm(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "wrist": np.array([rng.normal(0, 22), rng.normal(4, 9)]),
        "twist": float(rng.normal(0, 30)),
        "elbow": float(rng.uniform(-20, 50)),
    }
