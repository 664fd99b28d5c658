"""From a picture to hands: find them, crop, run the model, move the keypoints back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.hand_region import HandRegion
from handypose_tf.images import Image, check_image, read_image
from handypose_tf.inference.crop_model import CropModel
from handypose_tf.inference.hand_finder import (
    Detector,
    DetectorFinder,
    HandFinder,
    WholePictureFinder,
    open_detector,
)
from handypose_tf.inference.hand_overlap import drop_duplicates
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.thresholds import MIN_HAND_SCORE
from handypose_tf.model_metadata import ModelMetadata

DEFAULT_MODEL = "handypose_lite0"

#: Levels of the detector's look at single pictures.
DEFAULT_LEVELS = 3


class HandPoseEstimator:
    """Finds the keypoints of hands in pictures.

    With boxes, each is cut out as a square of the model's own margin. Without, a
    detector finds the hands; where there is none, the whole picture is searched for
    one hand.

    Not safe for use by several threads at once; make one for each.

    Args:
        model: A `.tflite` or `.keras` file, the name of a shipped file, or a preset
            that ships (`handypose models` lists them).
        num_threads: Threads of a `.tflite` model; by default all, at most four.
        detector: A detector, its file or name; `"auto"` takes the shipped one, if
            any; `None` searches the whole picture for one hand.
        levels: How closely a detector that is opened here looks: see `HandDetector`.
            For videos 1 is fast, and a hand that is followed is seen closely anyway.
        min_score: Without boxes, a hand whose score is lower is not reported.
        refine: Look again: cut each hand out anew, turned and sized by its first
            keypoints, and keep the second answer unless its score is lower. One more
            run of the model a hand. By default hands that a detector found are looked
            at again.
        turn: Whether a crop shows its hand upright where the direction is known.
        mirrored: Whether pictures are mirrored, as those of many selfie cameras are:
            what looks like a left hand is then a right one.

    Raises:
        ModelError: If there is no such model or it cannot be used.

    Example:
        >>> hands = HandPoseEstimator().predict("photo.jpg")  # doctest: +SKIP
        >>> hands[0].keypoints.shape  # doctest: +SKIP
        (21, 2)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        num_threads: int | None = None,
        *,
        detector: Detector | str | os.PathLike[str] | None = "auto",
        levels: int = DEFAULT_LEVELS,
        min_score: float = MIN_HAND_SCORE,
        refine: bool | None = None,
        turn: bool = True,
        mirrored: bool = False,
    ) -> None:
        """Open the models; warn if the pose model was never trained."""
        self.min_score = min_score
        self.refine = refine
        self.turn = turn
        self._model = CropModel(model, num_threads, mirrored=mirrored)
        found = open_detector(detector, num_threads, levels)
        self._has_detector = found is not None
        self._finder: HandFinder = (
            WholePictureFinder(self._model, turn=turn)
            if found is None
            else DetectorFinder(found, self._model, turn=turn)
        )

    @property
    def path(self) -> Path:
        """The pose model's file."""
        return self._model.path

    @property
    def metadata(self) -> ModelMetadata:
        """What the pose model's file says of itself."""
        return self._model.metadata

    def predict(
        self, image: Image | str | os.PathLike[str], boxes: ArrayLike | None = None
    ) -> list[HandPose]:
        """Find hands in a picture.

        Args:
            image: `(height, width, 3)` uint8 RGB, or a file to read.
            boxes: `(num_hands, 4)`, the tight box `x, y, width, height` of each hand
                in pixels.

        Returns:
            One hand a box, in order; without boxes the hands found, the best first.

        Raises:
            ValueError: If the image or the boxes have a wrong type or shape.
            DataError: If the file cannot be read or a box lies outside the picture.
        """
        image = _read(image)
        if boxes is None:
            return self.find(image)
        checked = _check_boxes(boxes, image)
        return self.predict_regions(image, [self._model.box_region(b) for b in checked])

    def find(self, image: Image, known: Sequence[HandPose] = ()) -> list[HandPose]:
        """Find the hands of a whole picture, the best first, each once.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            known: Hands of this picture that are not to be found again.
        """
        found = self._finder.find(image, known)
        poses = [hand.pose for hand in found]
        if self._has_detector if self.refine is None else self.refine:
            poses = self._look_again(image, poses)
        scored = [
            hand._replace(pose=pose).scored()
            for hand, pose in zip(found, poses, strict=True)
        ]
        best_first = sorted(scored, key=lambda hand: -hand.score)
        hands = [hand for hand in best_first if hand.score >= self.min_score]
        return drop_duplicates(hands, known)

    def predict_regions(
        self, image: Image, regions: Sequence[HandRegion]
    ) -> list[HandPose]:
        """Find one hand a region, in order; `(height, width, 3)` uint8 RGB."""
        poses = self._model.poses(image, regions)
        return self._look_again(image, poses) if self.refine else poses

    def next_region(self, hand: HandPose) -> HandRegion:
        """Return where to look for a hand in the next picture of a video."""
        return self._model.pose_region(hand, turn=self.turn)

    def heatmaps(
        self, image: Image | str | os.PathLike[str], box: ArrayLike
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return the heatmaps of one hand, for `handypose_tf.drawing.draw_heatmaps`.

        Args:
            image: `(height, width, 3)` uint8 RGB, or a file to read.
            box: The hand's tight box `x, y, width, height` in pixels.

        Returns:
            `(rows, columns, num_keypoints)` and the `(3, 3)` matrix from picture
            pixels to cells; `None` if the model file does not give heatmaps.
        """
        image = _read(image)
        [checked] = _check_boxes(np.asarray(box)[None], image)
        return self._model.heatmaps(image, self._model.box_region(checked))

    def _look_again(self, image: Image, hands: list[HandPose]) -> list[HandPose]:
        """Look at each hand around its keypoints; keep the better answer."""
        again = self._model.poses(image, [self.next_region(hand) for hand in hands])
        pairs = zip(hands, again, strict=True)
        return [b if b.score >= a.score else a for a, b in pairs]


def _read(image: Image | str | os.PathLike[str]) -> Image:
    return check_image(image) if isinstance(image, np.ndarray) else read_image(image)


def _check_boxes(boxes: ArrayLike, image: Image) -> FloatArray:
    """Return boxes as `(num_hands, 4)` float32."""
    array = np.asarray(boxes, np.float32)
    if not array.size:
        return array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4 or not np.isfinite(array).all():
        raise ValueError(
            "`boxes` must be finite numbers (num_hands, 4), each x, y, width, height. "
            f"Received: {array.shape} {array.tolist()}"
        )
    if (array[:, 2:] <= 0).any():
        raise ValueError(f"`boxes` must have sides above 0. Received: {array.tolist()}")
    height, width = image.shape[:2]
    for box in array:
        if (box[:2] >= (width, height)).any() or (box[:2] + box[2:] <= 0).any():
            raise DataError(
                f"box {box.tolist()} lies outside the picture of {width} x {height} "
                "pixels; boxes are x, y, width, height in pixels"
            )
    return array
