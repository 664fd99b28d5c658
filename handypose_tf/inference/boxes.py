"""Boxes of hands that are given with a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image

#: Sides of pictures in which a hand of one pixel is no hand.
_LEAST_SIDE = 32


def check_boxes(boxes: ArrayLike, image: Image) -> FloatArray:
    """Return boxes as `(num_hands, 4)` float32.

    Args:
        boxes: Each `x, y, width, height` in pixels.
        image: What they are of.

    Raises:
        ValueError: If they have a wrong type or shape.
        DataError: If one lies outside the picture, or its numbers are shares of it.
    """
    array = np.asarray(boxes, np.float32)
    if not array.size:
        return array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4 or not np.isfinite(array).all():
        raise ValueError(
            "`boxes` must be finite numbers (num_hands, 4), each x, y, width, height. "
            f"Received: {array.shape} {array.tolist()}"
        )
    if (array[:, 2:] <= 0).any():
        raise ValueError(f"`boxes` must have sides above 0. Received: {array.tolist()}")
    height, width = image.shape[:2]
    for box in array:
        if (box[:2] >= (width, height)).any() or (box[:2] + box[2:] <= 0).any():
            raise DataError(
                f"box {box.tolist()} lies outside the picture of {width} x {height} "
                "pixels; boxes are x, y, width, height in pixels"
            )
        lies_in_1 = (box[:2] >= 0).all() and (box[:2] + box[2:] <= 1).all()
        if lies_in_1 and min(height, width) >= _LEAST_SIDE:
            raise DataError(
                f"box {', '.join(f'{value:g}' for value in box)} lies between 0 and 1, "
                f"and boxes are in pixels; multiply by {width} and {height}"
            )
    return array
