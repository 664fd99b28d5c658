"""Predictions for annotated hands, each in the crop that a protocol wants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tqdm import tqdm

from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation.flipped import predict_flipped
from handypose_tf.evaluation.protocols import CropRule
from handypose_tf.geometry import FloatArray, box_center, tight_box
from handypose_tf.images import Image

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator

#: Least side of a box in pixels, so that a hand of one visible point has a crop too.
_LEAST_SIDE = 1.0


class Predictions(NamedTuple):
    """Predicted keypoints of annotated hands, in their order.

    Attributes:
        keypoints: `(num_hands, num_keypoints, 2)`, pixels; NaN where none was found.
        scores: `(num_hands, num_keypoints)`, 0..1; NaN likewise.
        left_scores: `(num_hands,)`, the chance of a left hand, 0..1; NaN likewise, and
            `None` from what does not tell the side.
    """

    keypoints: FloatArray
    scores: FloatArray
    left_scores: FloatArray | None = None


def predict_hands(
    model: HandPoseEstimator,
    records: Sequence[Record],
    crop: CropRule,
    *,
    flip_test: bool = False,
) -> Predictions:
    """Run a model on annotated hands, each in its crop.

    Args:
        model: The model, open.
        records: Annotated hands; those of one picture are best next to each other.
        crop: What the model is shown.
        flip_test: Average the heatmaps of each crop and of its mirror image.

    Raises:
        DataError: If a picture cannot be read or a hand lies outside it.
        ModelError: If the flip test is asked of a model without heatmaps.
    """
    predict = _predict_flipped if flip_test else _predict
    found: list[Predictions] = []
    bar = tqdm(total=len(records), desc="predicting", disable=None, delay=2)
    with bar:
        for _, hands in groupby(records, lambda each: (each.image_path, each.span)):
            group = [*hands]
            boxes = np.stack([_crop_box(r, crop, model) for r in group])
            image = group[0].read_image()
            try:
                found.append(predict(model, image, boxes))
            except DataError as error:
                raise DataError(f"{group[0].image_path}: {error}") from error
            bar.update(len(group))
    return _joined(found)


def describe_crop(crop: CropRule, model: HandPoseEstimator) -> str:
    """Return in words what a model is shown, e.g. `"1.5 x tight box"`."""
    again = "" if model.refine is False else ", looked at again"
    return f"{crop.scale or model.metadata.crop_scale:g} x {crop.box} box{again}"


def _joined(parts: Sequence[Predictions]) -> Predictions:
    sides = [part.left_scores for part in parts if part.left_scores is not None]
    return Predictions(
        np.concatenate([part.keypoints for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate(sides) if len(sides) == len(parts) else None,
    )


def _crop_box(record: Record, crop: CropRule, model: HandPoseEstimator) -> FloatArray:
    """Return the square that becomes the wanted crop by the model's own margin."""
    box = record.box
    if crop.box == "tight":
        box = tight_box(record.keypoints, record.visibility)
    own = model.metadata.crop_scale
    side = max(float(box[2:].max()), _LEAST_SIDE) * (crop.scale or own) / own
    return np.array([*(box_center(box) - side / 2), side, side], np.float32)


def _predict(model: HandPoseEstimator, image: Image, boxes: FloatArray) -> Predictions:
    hands = model.predict(image, boxes)
    keypoints = np.stack([hand.keypoints for hand in hands])
    scores = np.stack([hand.scores for hand in hands])
    sides = [getattr(hand, "left_score", None) for hand in hands]
    return Predictions(keypoints, scores, None if None in sides else np.array(sides))


def _predict_flipped(
    model: HandPoseEstimator, image: Image, boxes: FloatArray
) -> Predictions:
    return Predictions(*predict_flipped(model, image, boxes))
