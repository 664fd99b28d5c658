"""Do the fingers of a pose run through each other or through the palm.

Every phalanx and every metacarpal is a capsule: a stretch of bone with the flesh's
radius around it.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import FINGER_KEYPOINTS, MIDDLE_KNUCKLE, WRIST

#: Radius of each phalanx, base to tip, over the length wrist to middle knuckle.
_RADII = {
    "thumb": (0.155, 0.108, 0.090),
    "index": (0.101, 0.092, 0.080),
    "middle": (0.105, 0.094, 0.080),
    "ring": (0.101, 0.086, 0.076),
    "little": (0.082, 0.072, 0.063),
}
_PALM_RADIUS = 0.12

#: Flesh gives way: two fingers may overlap by this share of their radii, a finger and
#: the palm by more.
_GIVE = 0.14
_PALM_GIVE = 0.25


def _capsules() -> tuple[list[tuple[int, int]], list[float], list[str]]:
    ends, radii, parts = [], [], []
    for finger, joints in FINGER_KEYPOINTS.items():
        for k, radius in enumerate(_RADII[finger]):
            ends.append((joints[k], joints[k + 1]))
            radii.append(radius)
            parts.append(f"{finger}{k}")
    for finger, joints in FINGER_KEYPOINTS.items():
        if finger != "thumb":
            ends.append((WRIST, joints[0]))
            radii.append(_PALM_RADIUS)
            parts.append("palm")
    return ends, radii, parts


def _may_meet(a: str, b: str) -> bool:
    """Tell which capsules can collide at all: not neighbours along a finger."""
    if "palm" in (a, b):
        other = a if b == "palm" else b
        return other != "palm" and other[-1] != "0" and other != "thumb1"
    return a[:-1] != b[:-1] and not (a[-1] == b[-1] == "0" and "thumb" not in a)


_ENDS, _FLESH, _PARTS = _capsules()
_PAIRS = np.array(
    [
        (i, j)
        for i, j in combinations(range(len(_ENDS)), 2)
        if _may_meet(_PARTS[i], _PARTS[j])
    ]
)
_LIMITS = np.array(
    [
        (_FLESH[i] + _FLESH[j]) * (1 - (_PALM_GIVE if "palm" in _PARTS[j] else _GIVE))
        for i, j in _PAIRS
    ]
)


def penetration(keypoints: FloatArray) -> float:
    """Return how deep the worst pair of parts overlaps, beyond what flesh gives way.

    Args:
        keypoints: `(21, 3)`, any unit.

    Returns:
        Depth over the length wrist to middle knuckle; 0 or less if nothing collides.
    """
    unit = np.linalg.norm(keypoints[MIDDLE_KNUCKLE] - keypoints[WRIST])
    starts, ends = (keypoints[np.array(_ENDS)[:, k]] / unit for k in (0, 1))
    first, second = _PAIRS.T
    gaps = segment_distance(starts[first], ends[first], starts[second], ends[second])
    return float((_LIMITS - gaps).max())


def segment_distance(a0: NDArray, a1: NDArray, b0: NDArray, b1: NDArray) -> FloatArray:
    """Return the distances `(n,)` between stretches a0-a1 and b0-b1, each `(n, 3)`.

    The closest points of two lines, clamped to the stretches (C. Ericson, "Real-Time
    Collision Detection", 2005, section 5.1.9).
    """
    along_a, along_b, between = a1 - a0, b1 - b0, a0 - b0
    aa = (along_a**2).sum(axis=1)
    bb = (along_b**2).sum(axis=1)
    ab = (along_a * along_b).sum(axis=1)
    a_r = (along_a * between).sum(axis=1)
    b_r = (along_b * between).sum(axis=1)
    spread = np.maximum(aa * bb - ab * ab, 1e-12)
    at_a = np.clip((ab * b_r - a_r * bb) / spread, 0, 1)
    at_b = np.clip((ab * at_a + b_r) / bb, 0, 1)
    at_a = np.clip((ab * at_b - a_r) / aa, 0, 1)
    gap = between + at_a[:, None] * along_a - at_b[:, None] * along_b
    return np.linalg.norm(gap, axis=1)
