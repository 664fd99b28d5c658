"""A second opinion on every hand that a teacher finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handypose_tf.geometry import FloatArray, box_region, tight_box
from handypose_tf.images import Image
from handypose_tf.labelling.teacher import HandLabel, Teacher

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator


class SecondTeacher:
    """Shows the hands that a teacher finds to a second one, and notes what it says.

    The labels stay the first teacher's. The second begins with the tight box of each,
    not turned, and looks as `handypose predict` does at a box.

    Args:
        first: Finds the hands and labels them.
        second: Gives the same 21 points; made with `refine=True`, it looks three times.
        name: The second's name or file, for the labels' file.
        version: Of the second, for the labels' file.
        licence: Of the second, for the labels' file.
    """

    def __init__(
        self,
        first: Teacher,
        second: HandPoseEstimator,
        name: str,
        *,
        version: str,
        licence: str,
    ) -> None:
        self._first = first
        self._second = second
        self._facts = {"name": name, "version": version, "licence": licence}

    def describe(self) -> dict[str, str]:
        """Return the first's facts, and the second's as `second_name` and so on."""
        own = {f"second_{key}": value for key, value in self._facts.items()}
        return self._first.describe() | own

    def label(self, image: Image) -> list[HandLabel]:
        """Find the hands in `(height, width, 3)` uint8 RGB, as the first does."""
        labels = self._first.label(image)
        return [
            replace(label, second_keypoints=points)
            for label, points in zip(labels, self._look(image, labels), strict=True)
        ]

    def _look(self, image: Image, labels: Sequence[HandLabel]) -> list[FloatArray]:
        scale = self._second.metadata.crop_scale
        boxes = (tight_box(label.keypoints) for label in labels)
        regions = [box_region(box, scale=scale) for box in boxes]
        return [hand.keypoints for hand in self._second.predict_regions(image, regions)]
