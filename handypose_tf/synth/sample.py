"""A rendered picture and its labels."""

from __future__ import annotations

from dataclasses import dataclass

from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.synth.space.mesh import IntArray


@dataclass(frozen=True)
class HandLabel:
    """The labels of one hand.

    Attributes:
        keypoints: `(21, 2)` float32 pixels.
        visibility: `(21,)` 2 seen, 1 hidden, 0 outside the picture, as COCO has it.
        box: `(4,)` tight box of the joints inside the picture, pixels.
        is_left: Whether it is a left hand.
        is_hidden: Whether so little of it is seen that nobody need find it.
        melanin: Of its skin, see `SkinTone`; `None` where it is not told.
    """

    keypoints: FloatArray
    visibility: IntArray
    box: FloatArray
    is_left: bool
    is_hidden: bool = False
    melanin: float | None = None


@dataclass(frozen=True)
class SynthSample:
    """One picture with its labels.

    Attributes:
        image: `(size, size, 3)` uint8 RGB.
        hands: One label for each hand.
        quality: JPEG quality to store the picture with.
    """

    image: Image
    hands: tuple[HandLabel, ...]
    quality: int
