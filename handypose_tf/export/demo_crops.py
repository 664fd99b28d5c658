"""Crops of the package's own picture, for a check without data."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import (
    DEFAULT_CROP_SCALE,
    box_center,
    crop_matrix,
    warp_image,
)
from handypose_tf.images import Image
from handypose_tf.images.demo_picture import DemoPicture

_TURNS = range(0, 360, 30)


def demo_crops(image_size: tuple[int, int]) -> Image:
    """Return the demo hand turned in steps of 30 degrees.

    Returns:
        `(12, height, width, 3)` uint8 RGB.
    """
    picture = DemoPicture.read()
    height, width = image_size
    size = max(height, width)
    side = DEFAULT_CROP_SCALE * float(picture.box[2:].max())
    crops = [
        warp_image(
            picture.image,
            crop_matrix(box_center(picture.box), side, size, degrees=degrees),
            (height, width),
        )
        for degrees in _TURNS
    ]
    return np.stack(crops)
