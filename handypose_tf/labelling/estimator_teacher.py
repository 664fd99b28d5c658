"""Any of this library's models as a teacher."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from handypose_tf.geometry import (
    FloatArray,
    box_center,
    crop_matrix,
    image_box,
    transform_points,
    warp_image,
)
from handypose_tf.images import Image
from handypose_tf.labelling.teacher import QUARTER_TURNS, HandLabel, agree


class FoundHand(Protocol):
    """What is needed of `handypose_tf.inference.HandPose`."""

    @property
    def keypoints(self) -> FloatArray:
        """`(21, 2)`, pixels."""

    @property
    def score(self) -> float:
        """0..1."""


class Estimator(Protocol):
    """What is needed of `handypose_tf.inference.HandPoseEstimator`."""

    def predict(self, image: Image) -> Sequence[FoundHand]:
        """Find a hand in the whole picture."""


class EstimatorTeacher:
    """Labels the one hand of each photo by a handypose model.

    The whole picture is the crop, at four turns, each also mirrored; the best turn's
    label is kept.

    Args:
        estimator: A `HandPoseEstimator`.
        name: The model's name or file, for the labels' file.
        version: Of the model, for the labels' file.
        licence: Of the model, for the labels' file.
    """

    def __init__(
        self, estimator: Estimator, name: str, *, version: str, licence: str
    ) -> None:
        self._estimator = estimator
        self._name = name
        self._version = version
        self._licence = licence

    def describe(self) -> dict[str, str]:
        """Return name, version, source and licence, for the labels' file."""
        return {
            "name": self._name,
            "version": self._version,
            "source": "a model file of handypose-tf",
            "licence": self._licence,
        }

    def label(self, image: Image) -> list[HandLabel]:
        """Find the hand in `(height, width, 3)` uint8 RGB: one label or none."""
        turns = (self._label_turned(image, degrees) for degrees in QUARTER_TURNS)
        labels = [label for label in turns if label is not None]
        return sorted(labels, key=lambda label: -label.quality)[:1]

    def _label_turned(self, image: Image, degrees: float) -> HandLabel | None:
        height, width = image.shape[:2]
        side = max(height, width)
        center = box_center(image_box(width, height))
        matrix = crop_matrix(center, side, side, degrees=degrees)
        turned = warp_image(image, matrix, side)
        plain = self._estimator.predict(turned)
        mirrored = self._estimator.predict(np.ascontiguousarray(turned[:, ::-1]))
        if not (plain and mirrored):
            return None
        flipped = mirrored[0].keypoints * [-1, 1] + [side - 1, 0]
        back = np.linalg.inv(matrix)
        return agree(
            transform_points(plain[0].keypoints, back),
            transform_points(flipped, back),
            (plain[0].score + mirrored[0].score) / 2,
            None,
        )
