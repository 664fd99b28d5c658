"""Several looks at one hand, made into one label that knows how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray, HandRegion
from handypose_tf.images import Image
from handypose_tf.labelling.mediapipe import Landmarks, MediaPipeHands
from handypose_tf.labelling.mediapipe_regions import closer_region
from handypose_tf.labelling.teacher import HandLabel, hand_size


class Look(NamedTuple):
    """How a region is changed for one look.

    Attributes:
        degrees: Further turn.
        scale: Factor on the side.
        mirrored: Whether the network is shown the mirror image.
    """

    degrees: float = 0.0
    scale: float = 1.0
    mirrored: bool = False


#: Turns within what the network was taught, sizes, and the mirror, each with each.
LOOKS = (
    Look(),
    Look(mirrored=True),
    Look(degrees=20, scale=1.12),
    Look(degrees=-20, scale=1.12, mirrored=True),
    Look(degrees=20, scale=0.92, mirrored=True),
    Look(degrees=-20, scale=0.92),
)


class Consensus(NamedTuple):
    """What several looks at a hand agree on.

    Attributes:
        keypoints: `(21, 2)` float32, pixels: the median of the looks.
        spread: `(21,)` float32, the looks' median distance to it, over the hand's size.
        presence: Mean chance of a hand, 0..1.
        left_scores: Each look's chance of a left hand.
    """

    keypoints: FloatArray
    spread: NDArray[np.float32]
    presence: float
    left_scores: NDArray[np.float32]

    @property
    def quality(self) -> float:
        """What several consensuses on one hand are compared by."""
        return self.presence * (1 - min(float(self.spread.mean()) * 4, 1))

    def label(self, is_left: bool | None) -> HandLabel:
        """Return the label that they give.

        Two looks are twice as far apart as each is from what they agree on.
        """
        spread = 2 * self.spread
        disagreement = float(spread.mean())
        return HandLabel(self.keypoints, self.presence, disagreement, is_left, spread)


def look_around(
    hands: MediaPipeHands,
    image: Image,
    keypoints: ArrayLike,
    looks: Sequence[Look] = LOOKS,
) -> Consensus:
    """Look several times at a hand whose keypoints are roughly known.

    Args:
        hands: The networks.
        image: `(height, width, 3)` uint8 RGB.
        keypoints: `(21, 2)`, pixels.
        looks: At the closer region that the keypoints give.
    """
    region = closer_region(keypoints)
    found = [
        hands.landmarks_in(
            image,
            HandRegion(
                region.center, region.side * look.scale, region.degrees + look.degrees
            ),
            mirrored=look.mirrored,
        )
        for look in looks
    ]
    return agree(found)


def agree(found: Iterable[Landmarks]) -> Consensus:
    """Return what looks at one hand agree on."""
    found = list(found)
    points = np.stack([look.keypoints for look in found])
    middle = np.median(points, axis=0).astype(np.float32)
    distances = np.linalg.norm(points - middle, axis=-1)
    spread = np.median(distances, axis=0) / max(hand_size(middle), 1e-6)
    return Consensus(
        middle,
        spread.astype(np.float32),
        float(np.mean([look.presence for look in found])),
        np.array([look.left_score for look in found], np.float32),
    )
