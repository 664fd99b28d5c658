"""A pose model that is shown turned squares of a picture and answers in its pixels."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.errors import ModelError
from handypose_tf.geometry import (
    FloatArray,
    HandRegion,
    box_region,
    keypoints_region,
    tight_box,
    transform_points,
    upright_degrees,
    warp_image,
)
from handypose_tf.hand import KEYPOINT_NAMES, MIDDLE_KNUCKLE, WRIST
from handypose_tf.images import Image
from handypose_tf.inference.crop_results import CropResults
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.pose_model import UntrainedModelWarning, open_model
from handypose_tf.inference.thresholds import FOUND_SCORE, FOUND_SHARE
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.litert.shipped import find_model

#: Crops that are held in memory and run at once.
_BATCH = 8


class CropModel:
    """Runs a pose model on regions of pictures.

    Args:
        model: A `.tflite` or `.keras` file, the name of a shipped file, or a preset.
        num_threads: Threads of a `.tflite` model; by default all, at most four.
        mirrored: Whether pictures are mirrored, so that left hands look right.

    Raises:
        ModelError: If there is no such model or it cannot be used.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        num_threads: int | None = None,
        *,
        mirrored: bool = False,
    ) -> None:
        self._mirrored = mirrored
        self.path = find_model(model)
        self._model = open_model(self.path, num_threads)
        height, self._size = self.metadata.image_size
        if height != self._size:
            raise ModelError(
                f"{self.path}: input is {height} x {self._size}; crops are square, "
                "export it with a square size"
            )
        self._direction = _direction_joints(self.metadata.keypoint_names)
        if not self.metadata.trained:
            warnings.warn(
                f"{self.path}: never trained on hands, its keypoints mean nothing",
                UntrainedModelWarning,
                stacklevel=3,
            )

    @property
    def metadata(self) -> ModelMetadata:
        """What the model's file says of itself."""
        return self._model.metadata

    def box_region(self, box: ArrayLike) -> HandRegion:
        """Return the crop of a hand's tight box, with the model's own margin."""
        return box_region(box, scale=self.metadata.crop_scale)

    def pose_region(self, hand: HandPose, *, turn: bool) -> HandRegion:
        """Return the crop for another look at a hand, around the points found.

        Args:
            hand: Of this model.
            turn: Whether the crop shows the hand upright, as its wrist and middle
                knuckle tell; ignored where the model has no such keypoints.
        """
        degrees = 0.0
        if turn and self._direction is not None:
            degrees = upright_degrees(*hand.keypoints[list(self._direction)])
        found = hand.scores >= FOUND_SCORE
        points = hand.keypoints[found] if _is_enough(found) else hand.keypoints
        scale = self.metadata.crop_scale
        return keypoints_region(points, scale=scale, degrees=degrees)

    def poses(self, image: Image, regions: Sequence[HandRegion]) -> list[HandPose]:
        """Find one hand a region, in the picture's pixels.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            regions: Outside the picture a crop is 0.

        Raises:
            ModelError: If the model gives NaN.
        """
        matrices = [region.matrix(self._size) for region in regions]
        hands: list[HandPose] = []
        for start in range(0, len(matrices), _BATCH):
            batch = matrices[start : start + _BATCH]
            crops = np.stack([warp_image(image, m, self._size) for m in batch])
            results = self._model.run(crops)
            if not all(np.isfinite(v).all() for v in results if v is not None):
                raise ModelError(f"{self.path}: gives NaN; export or train it again")
            hands += [self._hand(results, i, own) for i, own in enumerate(batch)]
        return hands

    def heatmaps(
        self, image: Image, region: HandRegion
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return one crop's heatmaps and the matrix from the picture to their cells.

        Returns:
            `(rows, columns, num_keypoints)` and `(3, 3)`; `None` if the model's file
            does not give heatmaps.
        """
        matrix = region.matrix(self._size)
        heatmaps = self._model.run_heatmaps(warp_image(image, matrix, self._size)[None])
        if heatmaps is None:
            return None
        stride = self._size / heatmaps.shape[1]
        offset = self.metadata.decode.cell_offset
        offset = (stride - 1) / 2 if offset is None else offset
        to_pixels = [[stride, 0, offset], [0, stride, offset], [0, 0, 1]]
        return heatmaps[0], np.linalg.inv(to_pixels) @ matrix

    def _hand(self, results: CropResults, index: int, matrix: FloatArray) -> HandPose:
        """Move one crop's answer to the picture.

        The hand's score is the presence; without it the mean of its keypoints'.
        """
        result = results.keypoints[index]
        pixels = result[:, :2].astype(np.float64) * self._size - 0.5
        keypoints = transform_points(pixels, np.linalg.inv(matrix))
        scores = np.clip(result[:, 2], 0, 1)
        score = scores.mean() if results.presence is None else results.presence[index]
        hand = HandPose(
            keypoints,
            scores,
            tight_box(keypoints),
            min(max(float(score), 0.0), 1.0),
            names=self.metadata.keypoint_names,
            keypoints_3d=_turned_back(results, index, matrix),
        )
        if results.left_scores is None:
            return hand
        left_score = float(results.left_scores[index])
        is_mirrored = np.linalg.det(matrix) < 0
        swapped = self._mirrored != is_mirrored
        return hand.with_side(1 - left_score if swapped else left_score)


def found_spread(hand: HandPose) -> float:
    """Return the longer side of the box of the points found; 0 if they are too few."""
    found = hand.scores >= FOUND_SCORE
    if not _is_enough(found):
        return 0.0
    return float(tight_box(hand.keypoints, found)[2:].max())


def _turned_back(
    results: CropResults, index: int, matrix: FloatArray
) -> FloatArray | None:
    """Return one crop's points in metres, x and y along those of the picture."""
    if results.keypoints_3d is None:
        return None
    turn, part = np.eye(3), matrix[:2, :2]
    turn[:2, :2] = part / np.sqrt(abs(np.linalg.det(part)))
    points: FloatArray = results.keypoints_3d[index] @ turn
    return points


def _is_enough(found: NDArray[np.bool_]) -> bool:
    return bool(found.mean() >= FOUND_SHARE)


def _direction_joints(names: Sequence[str]) -> tuple[int, int] | None:
    """Return the indices of wrist and middle knuckle, if the model has both."""
    wanted = KEYPOINT_NAMES[WRIST], KEYPOINT_NAMES[MIDDLE_KNUCKLE]
    if not set(wanted) <= set(names):
        return None
    return list(names).index(wanted[0]), list(names).index(wanted[1])
