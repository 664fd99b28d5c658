"""Any of this library's models as a teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from handypose_tf.geometry import box_region, image_box, transform_points, warp_image
from handypose_tf.images import Image
from handypose_tf.labelling.looks import agree
from handypose_tf.labelling.mediapipe import Landmarks
from handypose_tf.labelling.teacher import QUARTER_TURNS, HandLabel

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator


class EstimatorTeacher:
    """Labels the one hand of each photo by a handypose model.

    The whole picture is the crop, at four turns, each also mirrored; the best turn's
    label is kept.

    Args:
        estimator: Searches the whole picture.
        name: The model's name or file, for the labels' file.
        version: Of the model, for the labels' file.
        licence: Of the model, for the labels' file.
    """

    def __init__(
        self, estimator: HandPoseEstimator, name: str, *, version: str, licence: str
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
        whole = box_region(image_box(width, height), scale=1)
        matrix = whole._replace(degrees=degrees).matrix(side)
        turned = warp_image(image, matrix, side)
        plain = self._estimator.predict(turned)
        mirrored = self._estimator.predict(np.ascontiguousarray(turned[:, ::-1]))
        if not (plain and mirrored):
            return None
        flipped = mirrored[0].keypoints * [-1, 1] + [side - 1, 0]
        back = np.linalg.inv(matrix)
        looks = ((plain[0].keypoints, plain[0].score), (flipped, mirrored[0].score))
        return agree(
            Landmarks(transform_points(points, back), score) for points, score in looks
        ).label(None)
