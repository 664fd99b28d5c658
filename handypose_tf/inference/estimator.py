"""From a picture to hands: crop, run the model, move the keypoints back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.errors import DataError, ModelError
from handypose_tf.geometry import (
    FloatArray,
    box_crop_matrix,
    image_box,
    tight_box,
    transform_points,
    warp_image,
)
from handypose_tf.images import Image, check_image, read_image
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.model_files import find_model
from handypose_tf.inference.pose_model import open_model
from handypose_tf.model_metadata import ModelMetadata

DEFAULT_MODEL = "handypose_lite0"

#: Without boxes, a find whose mean score is lower is no hand.
MIN_HAND_SCORE = 0.1

#: A point with this score counts as found when the second crop is placed ...
_FOUND_SCORE = 0.2
#: ... which needs this share of the points found ...
_FOUND_SHARE = 0.25
#: ... spread over at least this share of the first crop's side.
_FOUND_SPREAD = 0.05

#: Crops that are held in memory and run at once.
_BATCH = 8


class UntrainedModelWarning(UserWarning):
    """The model's weights were never trained on hands: its keypoints mean nothing."""


class HandPoseEstimator:
    """Finds the keypoints of hands in pictures.

    With boxes, each is cut out as a square of the model's own margin. Without, the
    whole picture is the first crop; if a quarter of the points are found in it, a
    second crop is cut around those and kept unless its mean score is lower.

    Not safe for use by several threads at once; make one for each.

    Args:
        model: A `.tflite` or `.keras` file, the name of a shipped file, or a preset
            that ships (`handypose models` lists them).
        num_threads: Threads of a `.tflite` model; by default all, at most four.
        min_score: Without boxes, a hand whose score is lower is not reported.

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
        min_score: float = MIN_HAND_SCORE,
    ) -> None:
        """Open the model; warn if it was never trained."""
        self.path = find_model(model)
        self.min_score = min_score
        self._model = open_model(self.path, num_threads)
        height, self._size = self.metadata.image_size
        if height != self._size:
            raise ModelError(
                f"{self.path}: input is {height} x {self._size}; crops are square, "
                "export it with a square size"
            )
        if not self.metadata.trained:
            warnings.warn(
                f"{self.path}: never trained on hands, its keypoints mean nothing",
                UntrainedModelWarning,
                stacklevel=2,
            )

    @property
    def metadata(self) -> ModelMetadata:
        """What the model's file says of itself."""
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
            One hand a box, in order; without boxes one hand or none.

        Raises:
            ValueError: If the image or the boxes have a wrong type or shape.
            DataError: If the file cannot be read or a box lies outside the picture.
        """
        image = _read(image)
        if boxes is None:
            return self._search(image)
        checked = _check_boxes(boxes, image)
        return self._poses(image, [self._crop_matrix(box) for box in checked])

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
        matrix = self._crop_matrix(_check_boxes(np.asarray(box)[None], image)[0])
        crop = warp_image(image, matrix, self._size)
        heatmaps = self._model.run_heatmaps(crop[None])
        if heatmaps is None:
            return None
        stride = self._size / heatmaps.shape[1]
        offset = self.metadata.decode.get("cell_offset")
        offset = (stride - 1) / 2 if offset is None else offset
        to_pixels = [[stride, 0, offset], [0, stride, offset], [0, 0, 1]]
        return heatmaps[0], np.linalg.inv(to_pixels) @ matrix

    def _search(self, image: Image) -> list[HandPose]:
        """Look at the whole picture, then again around what was found."""
        height, width = image.shape[:2]
        whole = box_crop_matrix(image_box(width, height), self._size, scale=1)
        [best] = self._poses(image, [whole])
        box = _found_box(best, max(height, width))
        if box is not None:
            [closer] = self._poses(image, [self._crop_matrix(box)])
            best = closer if closer.score >= best.score else best
        return [best] if best.score >= self.min_score else []

    def _crop_matrix(self, box: FloatArray) -> FloatArray:
        return box_crop_matrix(box, self._size, scale=self.metadata.crop_scale)

    def _poses(self, image: Image, matrices: Sequence[FloatArray]) -> list[HandPose]:
        """Run the model on crops and return the hands in the picture's pixels."""
        hands: list[HandPose] = []
        for start in range(0, len(matrices), _BATCH):
            batch = matrices[start : start + _BATCH]
            crops = np.stack([warp_image(image, m, self._size) for m in batch])
            results = self._model.run(crops)
            if not np.isfinite(results).all():
                raise ModelError(f"{self.path}: gives NaN; export or train it again")
            hands += map(self._hand, results, batch)
        return hands

    def _hand(self, result: FloatArray, matrix: FloatArray) -> HandPose:
        pixels = result[:, :2].astype(np.float64) * self._size - 0.5
        keypoints = transform_points(pixels, np.linalg.inv(matrix))
        scores = np.clip(result[:, 2], 0, 1)
        return HandPose(keypoints, scores, tight_box(keypoints), float(scores.mean()))


def _read(image: Image | str | os.PathLike[str]) -> Image:
    return check_image(image) if isinstance(image, np.ndarray) else read_image(image)


def _found_box(hand: HandPose, crop_side: float) -> FloatArray | None:
    """Return the box of the points that were found; `None` if that is too little."""
    found = hand.scores >= _FOUND_SCORE
    if found.mean() < _FOUND_SHARE:
        return None
    box = tight_box(hand.keypoints, found)
    return box if box[2:].max() >= _FOUND_SPREAD * crop_side else None


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
