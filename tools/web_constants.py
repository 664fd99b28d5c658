"""Write the numbers that the web page shares with the library.

`examples/web/src/hand/constants.ts` is made by this file alone; a test compares both.

  python tools/web_constants.py
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from handypose_tf.images import drawing
from handypose_tf.inference import (
    combined_pose,
    estimator,
    hand_detector,
    hand_overlap,
    picture_tiles,
    thresholds,
)
from handypose_tf.inference.video import (
    hand_track,
    hand_tracker,
    one_euro,
    side_filter,
)

TARGET = Path(__file__).resolve().parents[1] / "examples/web/src/hand" / "constants.ts"

_HEAD = (
    "/** The library's own numbers; what they mean is said there.",
    " *",
    " * Written by `tools/web_constants.py`: change them in Python, then run it. */",
)

#: Of each module, in order, what the page needs, and its name there.
SHARED: dict[ModuleType, dict[str, str]] = {
    thresholds: {
        name: name
        for name in (
            "MIN_HAND_SCORE",
            "KEEP_SCORE",
            "MIN_PRESENCE",
            "KEEP_PRESENCE",
            "DOUBTFUL_SCORE",
            "MIN_DETECTION_SCORE",
            "FOUND_SCORE",
            "FOUND_SHARE",
            "FOUND_SPREAD",
        )
    },
    estimator: {
        "DEFAULT_MODEL": "DEFAULT_MODEL",
        "_PROMISING": "PROMISING",
        "_TOWARDS_POINTS": "TOWARDS_POINTS",
        "_WIDER": "WIDER",
        "DEFAULT_LEVELS": "DEFAULT_LEVELS",
    },
    combined_pose: {
        "_SURENESS": "SURENESS",
        "_SAME_PLACE": "SAME_PLACE",
        "_LEAST": "LEAST_WEIGHT",
    },
    hand_detector: {
        "DEFAULT_DETECTOR": "DEFAULT_DETECTOR",
        "_HINT_SCORE": "HINT_SCORE",
        "_HINT_SIZE": "HINT_SIZE",
        "_MAX_OVERLAP": "MAX_OVERLAP",
        "_CUT_MARGIN": "CUT_MARGIN",
    },
    picture_tiles: {"RATIO": "TILE_RATIO", "_STEP": "TILE_STEP"},
    hand_overlap: {
        "SAME_BOX_OVERLAP": "SAME_BOX_OVERLAP",
        "SAME_KEYPOINT_DISTANCE": "SAME_KEYPOINT_DISTANCE",
    },
    hand_track: {
        "_SPEED_SECONDS": "SPEED_SECONDS",
        "_MOST_COAST": "MOST_COAST",
        "_SIDE_WEIGHT": "SIDE_WEIGHT",
        "_LEAST_STEP": "LEAST_TRACK_STEP",
    },
    hand_tracker: {
        "_TAKEOVER": "TAKEOVER",
        "_MOST_UNLIKE": "MOST_UNLIKE",
        "_LEAST_ALIKE": "LEAST_ALIKE",
        "_DRIFT": "DRIFT",
        "_NEAR_SCALE": "NEAR_SCALE",
        "_MOST_HIDDEN": "MOST_HIDDEN",
    },
    one_euro: {"LEAST_STEP": "LEAST_FILTER_STEP"},
    side_filter: {"_LEAST_SHARE": "LEAST_SIDE_SHARE", "_MARGIN": "SIDE_MARGIN"},
    drawing: {
        name: name
        for name in (
            "FAINT_SCORE",
            "FAINT_OPACITY",
            "FINGER_COLORS",
            "WRIST_COLOR",
            "OUTLINE_COLOR",
        )
    },
}


def constants() -> dict[str, Any]:
    """Return what the page shares, by the names it has there."""
    found = {
        own: getattr(module, name)
        for module, names in SHARED.items()
        for name, own in names.items()
    }
    options = inspect.signature(hand_tracker.HandTracker).parameters
    for name in ("max_hands", "every", "patience"):
        found[name.upper()] = options[name].default
    filter_ = one_euro.OneEuro()
    found["MIN_CUTOFF"] = filter_.min_cutoff
    found["BETA"] = filter_.beta
    found["SPEED_CUTOFF"] = filter_.d_cutoff
    return found


def text() -> str:
    """Return the file."""
    lines = [
        f"export const {name} = {json.dumps(value)}"
        + (" as const;" if isinstance(value, tuple) else ";")
        for name, value in constants().items()
    ]
    return "\n".join([*_HEAD, "", *lines, ""])


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
