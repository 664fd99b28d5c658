"""Flip test: heatmaps of a crop and of its mirror image are averaged, then decoded.

A mirrored hand keeps its joint names, so no map is exchanged with another. The
mirrored crop is placed so that its cells, read backwards, are those of the plain crop:
where cells are not centred (the released heads' cell 0 stands for pixel 0), that is not
the mirror image of the crop but one some pixels beside it.

References:
    Huang et al., "The devil is in the details: delving into unbiased data processing
    for human pose estimation", CVPR 2020 (the offset between both maps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from handypose_tf.errors import ModelError
from handypose_tf.geometry import FloatArray, box_center, transform_points
from handypose_tf.images import Image

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator


def predict_flipped(
    model: HandPoseEstimator, image: Image, boxes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Find hands by the mean of each crop's heatmaps and those of its mirror image.

    Args:
        model: A model that gives heatmaps.
        image: `(height, width, 3)` uint8 RGB.
        boxes: `(num_hands, 4)`: x, y, width, height of each hand, pixels.

    Returns:
        Keypoints `(num_hands, num_keypoints, 2)`, pixels of the picture, and scores
        `(num_hands, num_keypoints)`, 0..1.

    Raises:
        ModelError: If the model gives no heatmaps.
    """
    mirror = np.ascontiguousarray(image[:, ::-1])
    pairs = [_mean_heatmaps(model, image, mirror, box) for box in boxes]
    maps, matrices = zip(*pairs, strict=True)
    found = _decode(np.stack(maps), model.metadata.decode.method)
    points = [
        transform_points(cells, np.linalg.inv(matrix))
        for cells, matrix in zip(found[..., :2], matrices, strict=True)
    ]
    return np.stack(points), found[..., 2]


def _mean_heatmaps(
    model: HandPoseEstimator, image: Image, mirror: Image, box: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the averaged maps of a hand, and the matrix from picture to cells."""
    maps, matrix = _heatmaps(model, image, box)
    mirrored = np.array(box, np.float32)
    mirrored[0] = image.shape[1] - 1 - box[0] - box[2] + _shift(maps, matrix, box)
    others, _ = _heatmaps(model, mirror, mirrored)
    return (maps + others[:, ::-1]) / 2, matrix


def _shift(maps: FloatArray, matrix: FloatArray, box: FloatArray) -> float:
    """Return how far the mirrored box moves, pixels, so that cells meet cells.

    Cells mirror around the middle of the grid, boxes around the middle of the crop.
    """
    middle = transform_points(box_center(box), matrix)[0]
    return float((2 * middle - (maps.shape[1] - 1)) / matrix[0, 0])


def _heatmaps(
    model: HandPoseEstimator, image: Image, box: FloatArray
) -> tuple[FloatArray, FloatArray]:
    found = model.heatmaps(image, box)
    if found is None:
        raise ModelError(
            f"{model.path}: gives no heatmaps, which the flip test averages; evaluate "
            "its .keras file, or export it with its heatmaps"
        )
    return found


def _decode(maps: FloatArray, method: str) -> FloatArray:
    """Return x and y in cells, and a score: `(num_hands, num_keypoints, 3)`."""
    from handypose_tf.layers import DecodeHeatmaps

    size = maps.shape[1:3]
    decoder = DecodeHeatmaps(method, size, stride=1, cell_offset=0.0)
    found = np.array(decoder(maps), np.float64)
    found[..., :2] = found[..., :2] * size[::-1] - 0.5
    return found
