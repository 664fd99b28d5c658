"""Finding the hands of a whole picture: by a detector, or by the pose model alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from handypose_tf.errors import ModelError
from handypose_tf.geometry import HandRegion, box_overlaps, box_region, image_box
from handypose_tf.images import Image
from handypose_tf.inference.crop_model import CropModel, found_spread
from handypose_tf.inference.hand_detector import (
    DEFAULT_DETECTOR,
    DetectedHand,
    HandDetector,
)
from handypose_tf.inference.hand_overlap import SAME_BOX_OVERLAP
from handypose_tf.inference.hand_pose import HandPose, better_pose
from handypose_tf.inference.thresholds import FOUND_SPREAD
from handypose_tf.litert.shipped import find_model


class Detector(Protocol):
    """What is needed of a hand detector; `HandDetector` is one."""

    def detect(self, image: Image) -> Sequence[DetectedHand]:
        """Return the hands of a picture, the best first, each once."""


class FoundHand(NamedTuple):
    """A hand that was looked at.

    Attributes:
        pose: Its score is that of the pose model alone.
        region: Where it was looked for last.
        certainty: What a detector says of it, 0..1; 1 without one, and where the pose
            model tells presence, which knows better.
    """

    pose: HandPose
    region: HandRegion
    certainty: float = 1.0

    def scored(self) -> HandPose:
        """Return the pose with a score that both models have a part in.

        The pose model's mean score times the root of the detector's: measured twice
        (docs/design.md), both together find more hands than the pose model's alone.
        """
        return replace(self.pose, score=self.pose.score * self.certainty**0.5)


class HandFinder(Protocol):
    """Finds the hands of a whole picture."""

    def find(self, image: Image, known: Sequence[HandPose]) -> list[FoundHand]:
        """Return hands, perhaps several predictions of one, besides the known ones."""


class WholePictureFinder:
    """Finds one hand without a detector: a look at the whole picture, then a closer.

    If a quarter of the points are found in the whole picture, a second crop is cut
    around those, and its answer is kept unless its mean score is lower.

    Args:
        model: Of poses.
        turn: Whether the second crop shows the hand upright.
    """

    def __init__(self, model: CropModel, *, turn: bool) -> None:
        self._model = model
        self._turn = turn

    def find(self, image: Image, known: Sequence[HandPose]) -> list[FoundHand]:
        """Return the one hand, however low its score."""
        height, width = image.shape[:2]
        whole = box_region(image_box(width, height), scale=1)
        [first] = self._model.poses(image, [whole])
        if found_spread(first) < FOUND_SPREAD * max(height, width):
            return [FoundHand(first, whole)]
        closer = self._model.pose_region(first, turn=self._turn)
        [second] = self._model.poses(image, [closer])
        return [FoundHand(better_pose(first, second), closer)]


class DetectorFinder:
    """Finds hands by a detector, then their keypoints in a crop each.

    Crops are not turned: the keypoints tell a hand's direction better than a detector.

    Args:
        detector: Of hands.
        model: Of poses.
    """

    def __init__(self, detector: Detector, model: CropModel) -> None:
        self._detector = detector
        self._model = model

    def find(self, image: Image, known: Sequence[HandPose]) -> list[FoundHand]:
        """Return the detected hands that do not overlap with known ones."""
        boxes = np.array([hand.box for hand in known], np.float32).reshape(-1, 4)
        hands = [
            hand
            for hand in self._detector.detect(image)
            if box_overlaps(hand.box, boxes).max(initial=0) <= SAME_BOX_OVERLAP
        ]
        scale = self._model.metadata.crop_scale
        regions = [HandRegion(h.center, scale * float(h.size)) for h in hands]
        poses = self._model.poses(image, regions)
        if self._model.metadata.presence:
            return [*map(FoundHand, poses, regions)]
        scores = [float(hand.score) for hand in hands]
        return [*map(FoundHand, poses, regions, scores)]


def open_detector(
    detector: Detector | str | os.PathLike[str] | None,
    num_threads: int | None,
    levels: int = 1,
) -> Detector | None:
    """Return a detector that is given as such, as a file or name, or as `"auto"`.

    Args:
        detector: `"auto"` is the shipped one, or `None` where none ships.
        num_threads: Threads of a detector that is opened here.
        levels: Of such a detector; see `HandDetector`.

    Raises:
        ModelError: If there is no such file or it is no detector.
    """
    if detector is None or not isinstance(detector, str | os.PathLike):
        return detector
    if detector == "auto":
        try:
            detector = find_model(DEFAULT_DETECTOR)
        except ModelError:
            return None
    return HandDetector(detector, num_threads, levels=levels)
