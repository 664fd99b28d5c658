"""Which checker runs the files of which model."""

from __future__ import annotations

from typing import cast

from handypose_tf.data import Reader
from handypose_tf.export.check import Checker
from handypose_tf.export.detector_check import DetectorChecker
from handypose_tf.export.file_check import FileChecker
from handypose_tf.models import HandyPose, HandyPoseDetector
from handypose_tf.models.described_model import DescribedModel


def open_checker(model: DescribedModel, reader: Reader | None = None) -> FileChecker:
    """Return what runs a model's files against it.

    Args:
        model: A pose network or a detector.
        reader: Annotated hands; without, the demo picture is looked at alone.

    Raises:
        HandyPoseError: If the hands cannot be read or do not fit the model.
    """
    if isinstance(model, HandyPoseDetector):
        return DetectorChecker(model, reader)
    return Checker(cast(HandyPose, model), reader)
