"""A made-up right hand, for the tests that need no real one."""

from __future__ import annotations

import numpy as np

from handypose_tf.synth.anatomy.arm import JOINTS

#: A plain right hand, centimetres: straight fingers in the plane z = 0 that fan out
#: from the carpus, as metacarpals do.
_PALM: dict[str, tuple[float, ...]] = {
    "shoulder": (0, -50, 0),
    "elbow": (0.5, -24, -1),
    "wrist": (0, 0, 0),
    "carpus_index": (-0.5, 2.5, 0),
    "carpus_little": (1.0, 2.5, 0),
}
_FINGER_BASES = {2: (-2.2, 9), 3: (0, 9), 4: (2, 8.6), 5: (3.8, 8)}
_THUMB = ((-2, 3, -1), (-4, 5.5, -2), (-5.6, 8, -3), (-6.6, 10, -3.8))


def made_up_joints() -> np.ndarray:
    """Joints `(num_joints, 3)` of the made-up hand, metres."""
    place = dict(_PALM)
    for finger, base in _FINGER_BASES.items():
        root = np.array(_PALM["carpus_index" if finger < 4 else "carpus_little"])
        along = np.array([*base, 0]) - root
        along /= np.linalg.norm(along)
        for joint, reach in enumerate((0, 4, 6.6, 9), start=1):
            place[f"finger{finger}-{joint}"] = tuple(
                np.array([*base, 0]) + reach * along
            )
    for joint, point in enumerate(_THUMB, start=1):
        place[f"finger1-{joint}"] = point
    return np.array([place[name] for name in JOINTS]) / 100
