"""Teachers by name."""

from __future__ import annotations

from handypose_tf.errors import ModelError
from handypose_tf.files import file_sha256
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.labelling.estimator_teacher import EstimatorTeacher
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.labelling.mediapipe_teacher import MediaPipeTeacher
from handypose_tf.labelling.teacher import Teacher

_MEDIAPIPE = {"mediapipe": "full", "mediapipe-lite": "lite"}


def open_teacher(name: str, levels: int = 1) -> Teacher:
    """Return the teacher of a name: MediaPipe, or a handypose model.

    Args:
        name: `"mediapipe"`, `"mediapipe-lite"`, or what `HandPoseEstimator` takes.
        levels: See `MediaPipeTeacher`; a model has 1.

    Raises:
        DataError: If MediaPipe's files are not there and cannot be fetched.
        ModelError: If there is no such model, it finds other points, or levels are
            asked of it.
    """
    if name in _MEDIAPIPE:
        return MediaPipeTeacher(MediaPipeHands(variant=_MEDIAPIPE[name]), levels)
    if levels != 1:
        raise ModelError(
            f"{name}: labels the one hand of a photo, on one level; leave --levels out "
            f"or take one of the teachers {', '.join(_MEDIAPIPE)}"
        )
    from handypose_tf.inference import HandPoseEstimator

    estimator = HandPoseEstimator(name, detector=None)
    names = tuple(estimator.metadata.keypoint_names)
    if names != KEYPOINT_NAMES:
        raise ModelError(
            f"{name}: finds {len(names)} points, not the {len(KEYPOINT_NAMES)} joints "
            "of a hand; give another teacher"
        )
    digest = file_sha256(estimator.path)
    return EstimatorTeacher(
        estimator,
        estimator.path.name,
        version=f"sha256 {digest}",
        licence=estimator.metadata.licence,
    )
