"""MediaPipe Hands as a teacher: tiles, four turns, and what several looks agree on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.checks import check_least
from handypose_tf.geometry import HandRegion, box_region, image_box
from handypose_tf.images import Image
from handypose_tf.inference.picture_tiles import picture_levels
from handypose_tf.labelling.looks import LOOKS, Consensus, look_around
from handypose_tf.labelling.mediapipe import MIN_SCORE, MediaPipeHands
from handypose_tf.labelling.teacher import QUARTER_TURNS, HandLabel, one_per_hand
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES, VERSION

#: Lower than MediaPipe's own .5: a hand that is found at one of four turns is checked
#: by the landmark model and by the mirror image.
_MIN_PALM_SCORE = 0.3

#: A side is told if the picture and its mirror image are as sure of it. Measured on 263
#: rendered hands: .97 of the sides that are told are right (.62 of the hands are told
#: one); .91 of those that both are for at all (.91).
_MIN_SIDE_SCORE = 0.9

#: The looks that tell the side: plain and mirrored.
SIDE_LOOKS = LOOKS[:2]


class MediaPipeTeacher:
    """Labels hands by MediaPipe's networks, more carefully than MediaPipe does.

    Palms are searched at four turns of the picture, and of its tiles; if that gives no
    hand, the whole picture is taken for a close-up of one. Around the keypoints of a
    first look several more are taken, turned, larger, smaller and mirrored: the label
    is what they agree on, see `handypose_tf.labelling.looks`.

    Args:
        hands: The networks.
        levels: 1 to search the whole picture alone; each more adds tiles of .6 times
            the side, which find smaller hands.
    """

    def __init__(self, hands: MediaPipeHands, levels: int = 1) -> None:
        check_least("levels", levels, 1)
        self._hands = hands
        self._levels = levels

    def describe(self) -> dict[str, str]:
        """Return name, version, source and licence, for the labels' file."""
        return {
            "name": f"MediaPipe Hands {self._hands.variant}",
            "version": VERSION,
            "source": f"model files of the wheel {MEDIAPIPE_FILES.requirement}",
            "licence": "Apache-2.0",
            "levels": str(self._levels),
        }

    def label(self, image: Image) -> list[HandLabel]:
        """Find the hands in `(height, width, 3)` uint8 RGB, the best first."""
        height, width = image.shape[:2]
        labels = self._labels(image, self._palm_regions(image))
        if not labels:
            whole = box_region(image_box(width, height), scale=1)
            turns = (whole._replace(degrees=degrees) for degrees in QUARTER_TURNS)
            labels = self._labels(image, turns)
        return one_per_hand(labels)

    def side(self, image: Image, keypoints: ArrayLike) -> bool | None:
        """Tell whether a hand is a left one; `None` if that is not sure.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            keypoints: `(21, 2)`, pixels.
        """
        return _sure_side(look_around(self._hands, image, keypoints, SIDE_LOOKS))

    def _palm_regions(self, image: Image) -> Iterator[HandRegion]:
        """Give the regions of the palms in the picture and its tiles."""
        height, width = image.shape[:2]
        for tile in chain(*picture_levels(width, height, self._levels)):
            part = np.ascontiguousarray(
                image[tile.top : tile.bottom, tile.left : tile.right]
            )
            corner = np.array([tile.left, tile.top], np.float32)
            for degrees in QUARTER_TURNS:
                palms = self._hands.detect(part, degrees, min_score=_MIN_PALM_SCORE)
                for region in (palm.region for palm in palms):
                    yield HandRegion(
                        region.center + corner, region.side, region.degrees
                    )

    def _labels(self, image: Image, regions: Iterable[HandRegion]) -> list[HandLabel]:
        labels = (self._look(image, region) for region in regions)
        return [label for label in labels if label is not None]

    def _look(self, image: Image, region: HandRegion) -> HandLabel | None:
        """Look once, and around what that finds."""
        first = self._hands.landmarks_in(image, region)
        if first.presence < MIN_SCORE:
            return None
        found = look_around(self._hands, image, first.keypoints)
        if found.presence < MIN_SCORE:
            return None
        return found.label(_sure_side(found))


def _sure_side(found: Consensus) -> bool | None:
    scores = found.left_scores[: len(SIDE_LOOKS)]
    if scores.min() >= _MIN_SIDE_SCORE:
        return True
    return False if scores.max() <= 1 - _MIN_SIDE_SCORE else None
