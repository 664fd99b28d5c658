"""The hands that a model gets wrong most, as a contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.data.sample import Record
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.geometry import CMU_CROP_SCALE, box_region, tight_box
from handypose_tf.images import Image
from handypose_tf.images.drawing import contact_sheet, draw_hand_tile

#: Side of each picture on the sheet, pixels.
_TILE = 256


def worst_sheet(
    evaluation: Evaluation,
    records: Sequence[Record],
    predictions: ArrayLike,
    skeleton: Iterable[Sequence[int]],
    *,
    count: int = 12,
) -> Image:
    """Draw the worst hands, the worst first: the label beside what was predicted.

    Args:
        evaluation: Of these predictions.
        records: The hands that were evaluated, in their order.
        predictions: `(num_hands, num_keypoints, 2)`, pixels.
        skeleton: Pairs of keypoint indices.
        count: Number of hands.

    Returns:
        `(height, width, 3)` uint8 RGB.

    Raises:
        DataError: If a picture cannot be read.
    """
    points = np.asarray(predictions, np.float64)
    errors = evaluation.errors.hand_errors()
    bones = list(skeleton)
    unit = evaluation.protocol.normalizer
    tiles: list[Image] = []
    captions: list[str] = []
    for index in evaluation.errors.worst(count):
        tiles += _pair(records[index], points[index], bones)
        error = f"found: error {errors[index]:.2f} {unit}"
        found = error if np.isfinite(errors[index]) else "not found"
        captions += [f"label {records[index].sample_id}", found]
    return contact_sheet(tiles, captions, columns=6, tile=_TILE)


def _pair(
    record: Record, predicted: np.ndarray, bones: Sequence[Sequence[int]]
) -> list[Image]:
    """Return the surroundings of a hand with its label, and with the prediction."""
    box = tight_box(record.keypoints, record.visibility)
    box[2:] = np.maximum(box[2:], 1.0)
    region, image = box_region(box, scale=CMU_CROP_SCALE), record.read_image()
    scores = np.ones(len(predicted))
    tile = partial(draw_hand_tile, image, region, _TILE, skeleton=bones)
    return [
        tile(record.keypoints, scores, record.visibility),
        tile(predicted, scores),
    ]
