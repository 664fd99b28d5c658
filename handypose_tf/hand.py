"""The hand: its 21 joints, its bones and the joint orders of the data sets.

Other keypoints are no code but data: a COCO file's category names them, and a model's
description keeps them (`docs/how-to/own-keypoints.md`).

The canonical order is CMU's, shared by FreiHAND, OneHand10K, COCO-WholeBody, Halpe,
MediaPipe, HaGRID and Ultralytics: the wrist, then thumb to little finger, each from
base to tip. A mirrored hand keeps its joint names, so flipping a picture permutes
nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

NUM_KEYPOINTS = 21

FINGERS = ("thumb", "index", "middle", "ring", "little")

#: Names in canonical order: `wrist`, `thumb_1` (base) .. `thumb_4` (tip), ...
KEYPOINT_NAMES = (
    "wrist",
    *(f"{finger}_{joint}" for finger in FINGERS for joint in range(1, 5)),
)

#: For each finger its four joints, base to tip, as canonical indices.
FINGER_KEYPOINTS = {
    finger: tuple(range(1 + 4 * i, 5 + 4 * i)) for i, finger in enumerate(FINGERS)
}

#: The 20 bones as pairs of canonical indices, each from the wrist's side outwards.
BONES = tuple(
    bone
    for joints in FINGER_KEYPOINTS.values()
    for bone in zip((0, *joints[:-1]), joints, strict=True)
)

#: The joints' names in anatomy, each with its name here: `index_mcp`: `index_1`, ...
JOINT_NAMES = {
    f"{finger}_{joint}": f"{finger}_{number}"
    for finger in FINGERS
    for number, joint in enumerate(
        ("cmc", "mcp", "ip", "tip")
        if finger == "thumb"
        else ("mcp", "pip", "dip", "tip"),
        start=1,
    )
}

WRIST = 0
MIDDLE_KNUCKLE = FINGER_KEYPOINTS["middle"][0]

#: `canonical[i] = rhd[RHD_ORDER[i]]`: RHD lists each finger from tip to base.
RHD_ORDER = (0, *(base + 4 - j for base in range(0, 20, 4) for j in range(4)))

#: `canonical[i] = interhand[INTERHAND_ORDER[i]]`: InterHand2.6M lists each finger
#: from tip to base and the wrist last.
INTERHAND_ORDER = (20, *(base + 3 - j for base in range(0, 20, 4) for j in range(4)))

#: What a row of a detector's labels is: a hand, or a place where there may be one.
HAND, IGNORED = 1.0, -1.0


def coco_category(
    names: Sequence[str] = KEYPOINT_NAMES, skeleton: Sequence[Sequence[int]] = BONES
) -> dict[str, Any]:
    """Return the entry of a COCO file's `categories`, number 1, that hands belong to.

    Args:
        names: Of the keypoints.
        skeleton: Pairs of keypoint indices from 0; COCO counts from 1.
    """
    return {
        "id": 1,
        "name": "hand",
        "keypoints": list(names),
        "skeleton": [[a + 1, b + 1] for a, b in skeleton],
    }


def keypoint_index(name: str, names: Sequence[str] = KEYPOINT_NAMES) -> int:
    """Return the place of a keypoint that is named as here, in anatomy or MediaPipe.

    Args:
        name: `"index_4"`, `"index_tip"` or `"INDEX_FINGER_TIP"`, say; `pinky` is the
            little finger.
        names: Of the model's keypoints.

    Raises:
        KeyError: If there is no such keypoint.
    """
    plain = name.lower().replace("pinky", "little").replace("_finger", "")
    for known in (name, plain, JOINT_NAMES.get(plain, plain)):
        if known in names:
            return list(names).index(known)
    close = difflib.get_close_matches(plain, [*names, *JOINT_NAMES], 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"
    raise KeyError(f"no keypoint {name!r}: {hint}")
