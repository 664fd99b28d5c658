"""What MediaPipe's palm detector gives: eighteen numbers and a logit at each anchor.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020.
"""

from __future__ import annotations

import numpy as np

from handypose_tf.geometry import FloatArray

#: Stride and anchors a cell of each grid, in the outputs' order.
ANCHOR_GRIDS = ((8, 2), (16, 6))

#: Points of a palm: wrist, the knuckles of index, middle, ring and little finger, and
#: the thumb's two lower joints.
NUM_PALM_POINTS = 7
PALM_WRIST, PALM_MIDDLE_KNUCKLE = 0, 2

#: An anchor's numbers: centre and sides of the palm's box, then the points.
PALM_NUMBERS = 4 + 2 * NUM_PALM_POINTS

#: The hand's middle lies this many sides of the palm's box towards the fingers.
PALM_SHIFT = 0.5


def anchors(height: int, width: int) -> FloatArray:
    """Return the anchors' centres, `(num_anchors, 2)` float32, pixels from the corner.

    Args:
        height: Of the detector's input, pixels.
        width: Likewise.
    """
    layers = []
    for stride, count in ANCHOR_GRIDS:
        x, y = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        cells = np.stack([x, y], axis=-1).reshape(-1, 2)
        layers.append(np.repeat((cells + 0.5) * stride, count, axis=0))
    return np.concatenate(layers).astype(np.float32)
