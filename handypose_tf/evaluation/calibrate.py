"""Make the scores of a model chances: fitted on labelled hands, kept in its file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from handypose_tf.data.sample import Record
from handypose_tf.errors import ModelError
from handypose_tf.evaluation.score_calibration import (
    Calibration,
    Reliability,
    fit_calibration,
    measure_reliability,
    score_points,
)
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.models import HandyPose, load_model


@dataclass(frozen=True)
class CalibratedModel:
    """A model whose scores are chances.

    Attributes:
        model: The model, with the calibration in it.
        calibration: What was fitted.
        before: How heatmap peaks and what is right go together.
        after: The same of the calibrated scores, on the hands they were fitted on.
        num_points: Keypoints that it was fitted on.
    """

    model: HandyPose
    calibration: Calibration
    before: Reliability
    after: Reliability
    num_points: int


def calibrate_model(
    path: str | os.PathLike[str], records: Sequence[Record]
) -> CalibratedModel:
    """Fit a model's scores on labelled hands that it was not trained on.

    Args:
        path: A `.keras` file.
        records: The hands.

    Raises:
        ModelError: If the file cannot be used, or its model gives no heatmaps.
        DataError: If there are too few keypoints, or a picture cannot be read.
    """
    model = load_model(path)
    if not model.has_heatmaps:
        raise ModelError(
            f"{os.fspath(path)}: {model.description.preset} gives points without a "
            "score, so there is nothing to calibrate"
        )
    estimator = HandPoseEstimator(path, refine=False)
    peaks, is_right = score_points(estimator, records)
    calibration = fit_calibration(peaks, is_right)
    model.describe(calibration=[round(value, 4) for value in calibration])
    return CalibratedModel(
        model,
        calibration,
        measure_reliability(peaks, is_right),
        measure_reliability(calibration(peaks), is_right),
        len(peaks),
    )
