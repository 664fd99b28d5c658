"""What is written of one picture: the entry of `handypose predict --json`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from handypose_tf.inference.hand_pose import HandPose


def picture_entry(
    path: str | os.PathLike[str] | None,
    size: tuple[int, int],
    hands: Sequence[HandPose],
) -> dict[str, Any]:
    """Return one picture's entry of the JSON file.

    Args:
        path: Written as `image`.
        size: Width and height of the picture, pixels.
        hands: None is an empty list, never 21 guesses.
    """
    width, height = size
    return {
        "image": None if path is None else os.fspath(path),
        "width": width,
        "height": height,
        "hands": [hand.to_dict() for hand in hands],
    }


def picture_number(path: str | os.PathLike[str] | None) -> int | None:
    """Return a picture's number where its file is called by one, as COCO's are."""
    stem = "" if path is None else Path(path).stem
    return int(stem) if stem.isascii() and stem.isdigit() else None
