"""What is written of one picture: the entry of `handypose predict --json`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from handypose_tf.images import Image
from handypose_tf.inference.hand_pose import HandPose


def picture_entry(
    path: str | os.PathLike[str], image: Image, hands: Sequence[HandPose]
) -> dict[str, Any]:
    """Return one picture's entry of the JSON file.

    Args:
        path: Written as `image`.
        image: `(height, width, 3)`, for its size in pixels.
        hands: None is an empty list, never 21 guesses.
    """
    height, width = image.shape[:2]
    return {
        "image": os.fspath(path),
        "width": width,
        "height": height,
        "hands": [hand.to_dict() for hand in hands],
    }
