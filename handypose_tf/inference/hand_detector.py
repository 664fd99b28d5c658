"""From a whole picture to its hands: where they are, how large, and how turned."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.checks import check_least
from handypose_tf.errors import ModelError
from handypose_tf.geometry import (
    FloatArray,
    keep_apart,
    letterbox_matrix,
    transform_points,
    warp_image,
)
from handypose_tf.images import Image, check_image
from handypose_tf.inference.picture_tiles import Tile, picture_levels
from handypose_tf.inference.pose_model import UntrainedModelWarning
from handypose_tf.inference.thresholds import MIN_DETECTION_SCORE
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.litert.network import LiteRTNetwork
from handypose_tf.litert.shipped import find_model

DEFAULT_DETECTOR = "handypose_detector"

#: A part of a picture is looked at closer only around finds of this score, hands or
#: not, ...
_HINT_SCORE = 0.15
#: ... that are smaller than this share of the part's side. Measured at three levels on
#: 140 photos, 110 of them of people: 12.2 looks in place of 15.3; of 103 hands of at
#: least 48 px that all looks find 90 of, these find 89.
_HINT_SIZE = 0.4

#: Of two finds whose boxes overlap more than this, the worse one is the same hand.
_MAX_OVERLAP = 0.5

#: A find nearer to the inner border of a tile than this share of its side is cut off.
_CUT_MARGIN = 0.02

_HANDS = "hands"

#: x, y, width, height, cos, sin, score.
_NUM_FACTS = 7


@dataclass(frozen=True)
class DetectedHand:
    """A hand in a picture.

    Attributes:
        center: `(2,)` float32, centre of the tight box around its keypoints, pixels.
        size: Longer side of that box, pixels.
        degrees: Counter-clockwise turn after which the middle knuckle is above the
            wrist, as `handypose_tf.geometry.crop_matrix` takes it.
        score: 0..1.
        aspect: Width of the box over its height.
    """

    center: FloatArray
    size: float
    degrees: float
    score: float
    aspect: float = 1.0

    @property
    def box(self) -> FloatArray:
        """The tight box, `(4,)` float32: x, y, width, height in pixels."""
        sides = self.size * np.minimum([self.aspect, 1 / self.aspect], 1)
        return np.concatenate([self.center - sides / 2, sides]).astype(np.float32)


class HandDetector:
    """Finds the hands of a picture.

    The picture is laid into the model's square input, its aspect kept; outside it the
    input is 0. With more than one level, squares of the picture that overlap are looked
    at as well, for hands that are small in the whole. Threads that share one take turns
    at the network. It is pickled by its arguments.

    Args:
        model: A `.tflite` file of a detector, or the name of a shipped one.
        num_threads: Threads to run on; by default all processors, at most four.
        levels: 1 looks at the whole picture, 2 also at squares of .6 of its longer
            side, 3 also at squares of .36, and so on, where the level before saw
            something. Of a picture of 640 x 480 these are at most 1, 4 and 12 runs of
            the model.
        min_score: A find whose score is lower is not reported; the model's own
            threshold if `None`.

    Raises:
        ModelError: If there is no such model or it cannot be used.

    Examples:
        >>> hands = HandDetector().detect(image)  # doctest: +SKIP
        >>> hands[0].box  # doctest: +SKIP
        array([212., 96., 64., 88.], dtype=float32)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_DETECTOR,
        num_threads: int | None = None,
        *,
        levels: int = 1,
        min_score: float | None = None,
    ) -> None:
        check_least("levels", levels, 1)
        self.levels = levels
        self._opened_as = model, num_threads
        self.path = find_model(model)
        if self.path.suffix.lower() != ".tflite":
            raise ModelError(
                f"{self.path}: a detector runs as .tflite; write it with "
                f"`handypose export {self.path.name} --out detector.tflite`"
            )
        self._network = LiteRTNetwork(self.path, num_threads, kind="detector")
        height, self._size = self.metadata.image_size
        if height != self._size:
            raise ModelError(
                f"{self.path}: input is {height} x {self._size}; pictures are laid "
                "into a square, export it with a square size"
            )
        decode = self.metadata.decode
        self._network.check_output(_HANDS, (decode.max_hands or 0, _NUM_FACTS))
        own = MIN_DETECTION_SCORE if decode.min_score is None else decode.min_score
        self.min_score = own if min_score is None else min_score
        if not self.metadata.trained:
            warnings.warn(
                f"{self.path}: never trained on hands, its finds mean nothing",
                UntrainedModelWarning,
                stacklevel=2,
            )

    @property
    def metadata(self) -> ModelMetadata:
        """What the model's file says of itself."""
        return self._network.metadata

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments."""
        options: dict[str, Any] = {"levels": self.levels, "min_score": self.min_score}
        return partial(type(self), *self._opened_as, **options), ()

    def detect(self, image: Image) -> list[DetectedHand]:
        """Find the hands of a picture, the best first.

        Args:
            image: `(height, width, 3)` uint8 RGB.

        Raises:
            ValueError: If the image has a wrong type or shape.
            ModelError: If the model gives NaN.
        """
        height, width = check_image(image).shape[:2]
        hands: list[DetectedHand] = []
        hints: list[DetectedHand] | None = None
        for tiles in picture_levels(width, height, self.levels):
            seen = [(t, self._look(image, t)) for t in tiles if is_worth(t, hints)]
            for tile, found in seen:
                sure = [hand for hand in found if hand.score >= self.min_score]
                hands += whole_hands(sure, tile, width, height)
            hints = (hints or []) + [hand for _, found in seen for hand in found]
        return _each_once(sorted(hands, key=lambda hand: -hand.score))

    def _look(self, image: Image, tile: Tile) -> list[DetectedHand]:
        """Find hands, and what may be some, of a part, in the picture's pixels."""
        matrix = letterbox_matrix(tile.width, tile.height, self._size)
        part = image[tile.top : tile.bottom, tile.left : tile.right]
        found = self._network.run(self._draw(part, matrix), _HANDS)
        if not np.isfinite(found).all():
            raise ModelError(f"{self.path}: gives NaN; export or train it again")
        matrix[:2, 2] -= matrix[0, 0] * np.array([tile.left, tile.top])
        least = min(self.min_score, _HINT_SCORE)
        return place_hands(found, matrix, self._size, least)

    def _draw(self, part: Image, matrix: FloatArray) -> NDArray:
        """Draw a part of a picture as the model's input."""
        if self.metadata.decode.method != "palms":
            return warp_image(part, matrix, self._size)
        # Not averaged down, as MediaPipe's detector was trained: measured on 71 photos,
        # it then finds 48 of the 52 hands that MediaPipe finds, averaged 41.
        return cv2.warpAffine(part, matrix[:2], (self._size, self._size))


def is_worth(tile: Tile, hints: list[DetectedHand] | None) -> bool:
    """Tell whether a closer look at a part of a picture may find more.

    Args:
        tile: The part.
        hints: What was seen on the levels before, hands or not; `None` before the
            first, which looks at the whole picture.
    """
    return hints is None or any(
        hint.score >= _HINT_SCORE
        and hint.size < _HINT_SIZE * tile.side
        and tile.holds(*hint.center.tolist())
        for hint in hints
    )


def place_hands(
    found: FloatArray, matrix: FloatArray, size: int, min_score: float
) -> list[DetectedHand]:
    """Move what a detector found to the picture, the best first and each hand once.

    Args:
        found: `(max_hands, 7)`, a detector's output for one picture.
        matrix: `(3, 3)` from the picture's pixels to the input's, not turned.
        size: Side of the input, pixels.
        min_score: A find whose score is lower is left out.
    """
    back = np.linalg.inv(matrix)
    order = np.argsort(-found[:, -1], kind="stable")
    hands = [_place(found[i], back, size) for i in order if found[i, -1] >= min_score]
    return _each_once(hands)


def whole_hands(
    hands: list[DetectedHand], tile: Tile, width: int, height: int
) -> list[DetectedHand]:
    """Leave out hands that the border of a tile cuts: another tile has them whole.

    Args:
        hands: In the picture's pixels.
        tile: Where they were looked for.
        width: Of the picture; its own border cuts hands for good.
        height: Of the picture.
    """
    margin = _CUT_MARGIN * max(tile.width, tile.height)
    low = np.array([tile.left, tile.top]) + margin
    high = np.array([tile.right, tile.bottom]) - margin
    inner_low = np.array([tile.left > 0, tile.top > 0])
    inner_high = np.array([tile.right < width, tile.bottom < height])

    def is_cut(box: FloatArray) -> bool:
        beyond_low = (box[:2] < low) & inner_low
        beyond_high = (box[:2] + box[2:] > high) & inner_high
        return bool((beyond_low | beyond_high).any())

    return [hand for hand in hands if not is_cut(hand.box)]


def _place(facts: FloatArray, back: FloatArray, size: int) -> DetectedHand:
    x, y, width, height, cos, sin, score = facts.tolist()
    center = transform_points(np.array([x, y]) * size - 0.5, back)
    return DetectedHand(
        center=center,
        size=max(width, height) * size * float(back[0, 0]),
        degrees=float(np.rad2deg(np.arctan2(cos, -sin))),
        score=min(max(score, 0.0), 1.0),
        aspect=width / height,
    )


def _each_once(hands: list[DetectedHand]) -> list[DetectedHand]:
    """Leave out finds whose box overlaps that of a better one; the best come first."""
    return [hands[i] for i in keep_apart([hand.box for hand in hands], _MAX_OVERLAP)]
