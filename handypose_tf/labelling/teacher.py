"""What labels photos: a teacher, its labels, and how two of them are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray, keep_apart, tight_box
from handypose_tf.images import Image

#: Turns of the picture, degrees: most networks were taught upright hands.
QUARTER_TURNS = (0, 90, 180, 270)

#: Looks that are further apart than this, over the hand's size, disagree on a point.
_MAX_POINT_SPREAD = 0.14

#: Teachers that are further apart than this, over the hand's size, differ on a point.
#: Measured (30 November 2026): so are .8 % of the joints of hands graded good. On 30
#: hands labelled by people 6 of 17 such joints were wrong, 8 % of the other 613.
_MAX_POINT_DIFFERENCE = 0.2

#: Labels whose boxes overlap more than this are of one hand.
_SAME_HAND_OVERLAP = 0.4


@dataclass(frozen=True, eq=False)
class HandLabel:
    """A hand that a teacher found.

    Attributes:
        keypoints: `(21, 2)` float32, pixels of the picture.
        score: The teacher's own, 0..1.
        disagreement: Mean distance between looks at the hand, over its size.
        is_left: Whether it is a left hand; `None` if the teacher does not tell.
        spread: `(21,)`, each point's distance between looks, over the hand's size; all
            are as `disagreement` if `None`.
        second_keypoints: `(21, 2)` float32, where a second teacher sees the points;
            `None` if there is none.
    """

    keypoints: FloatArray
    score: float
    disagreement: float
    is_left: bool | None = None
    spread: FloatArray | None = None
    second_keypoints: FloatArray | None = None

    @property
    def size(self) -> float:
        """Longer side of the tight box, pixels."""
        return hand_size(self.keypoints)

    @property
    def looks_agree(self) -> NDArray[np.bool_]:
        """Which points the looks agree on, `(21,)`."""
        if self.spread is None:
            return np.ones(len(self.keypoints), bool)
        return np.asarray(self.spread) <= _MAX_POINT_SPREAD

    @property
    def differences(self) -> FloatArray:
        """Each point's distance to the second teacher's, over the hand's size, `(21,)`.

        All are 0 if there is no second teacher.
        """
        if self.second_keypoints is None:
            return np.zeros(len(self.keypoints), np.float32)
        apart = np.linalg.norm(self.second_keypoints - self.keypoints, axis=1)
        return (apart / max(self.size, 1e-6)).astype(np.float32)

    @property
    def difference(self) -> float:
        """Mean distance between the two teachers' points, over the hand's size."""
        return float(self.differences.mean())

    @property
    def is_sure(self) -> NDArray[np.bool_]:
        """Which points looks and teachers agree on, `(21,)`; others teach nothing."""
        return self.looks_agree & (self.differences <= _MAX_POINT_DIFFERENCE)

    @property
    def quality(self) -> float:
        """What the labels of one hand are compared by, the higher the better.

        Own scores are near 1 for many wrong turns; agreement tells them apart.
        """
        return self.score * (1 - min(self.disagreement, 1))


class Teacher(Protocol):
    """Finds hands in photos that nobody has labelled."""

    def describe(self) -> dict[str, str]:
        """Return name, version, source and licence, for the labels' file."""

    def label(self, image: Image) -> list[HandLabel]:
        """Find the hands in `(height, width, 3)` uint8 RGB, one label each."""


def hand_size(keypoints: ArrayLike) -> float:
    """Return the longer side of a hand's tight box, pixels."""
    return float(tight_box(keypoints)[2:].max())


def one_per_hand(labels: Iterable[HandLabel]) -> list[HandLabel]:
    """Keep the best label of each hand, the best first."""
    ordered = sorted(labels, key=lambda label: -label.quality)
    boxes = [tight_box(label.keypoints) for label in ordered]
    return [ordered[i] for i in keep_apart(boxes, _SAME_HAND_OVERLAP)]
