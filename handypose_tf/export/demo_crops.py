"""Crops of the package's own picture, for a check without data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from handypose_tf.geometry import box_center, crop_matrix, warp_image
from handypose_tf.images import Image, read_image

_ASSETS = Path(__file__).resolve().parents[1] / "assets"

_TURNS = range(0, 360, 30)
_SCALE = 1.5


def demo_crops(image_size: tuple[int, int]) -> Image:
    """Return the demo hand turned in steps of 30 degrees.

    Returns:
        `(12, height, width, 3)` uint8 RGB.
    """
    image = read_image(_ASSETS / "demo_hand.jpg")
    box = np.array(json.loads((_ASSETS / "demo_hand.json").read_text())["box"])
    height, width = image_size
    size = max(height, width)
    side = _SCALE * float(box[2:].max())
    crops = [
        warp_image(
            image,
            crop_matrix(box_center(box), side, size, degrees=degrees),
            (height, width),
        )
        for degrees in _TURNS
    ]
    return np.stack(crops)
