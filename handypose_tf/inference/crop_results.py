"""What a pose network says of crops of hands."""

from __future__ import annotations

from typing import NamedTuple

from handypose_tf.geometry import FloatArray


class CropResults(NamedTuple):
    """What a network says of crops.

    Attributes:
        keypoints: `(num_crops, num_keypoints, 3)` float32: x and y in 0..1 of the crop,
            `(pixel + 0.5) / size`, and a score.
        left_scores: `(num_crops,)` float32, the chance of a left hand, where the model
            tells it.
        presence: `(num_crops,)` float32, the chance that the crop shows a hand at all,
            where the model tells it.
        keypoints_3d: `(num_crops, num_keypoints, 3)` float32, metres from the hand's
            middle, x and y as in the crop, where the model tells them.
    """

    keypoints: FloatArray
    left_scores: FloatArray | None = None
    presence: FloatArray | None = None
    keypoints_3d: FloatArray | None = None
