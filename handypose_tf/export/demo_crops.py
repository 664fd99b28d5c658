"""Crops of the package's own picture, for a check without data."""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import box_region, warp_image
from handypose_tf.images import Image
from handypose_tf.images.demo_picture import DemoPicture

_TURNS = range(0, 360, 30)


def demo_crops(image_size: tuple[int, int]) -> Image:
    """Return the demo hand turned in steps of 30 degrees.

    Returns:
        `(12, height, width, 3)` uint8 RGB.
    """
    picture = DemoPicture.read()
    region, size = box_region(picture.box), max(image_size)
    turned = (region._replace(degrees=degrees).matrix(size) for degrees in _TURNS)
    return np.stack([warp_image(picture.image, m, image_size) for m in turned])
