"""Teachers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handypose_tf.errors import ModelError
from handypose_tf.files import file_sha256
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.labelling.estimator_teacher import EstimatorTeacher
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.labelling.mediapipe_teacher import MediaPipeTeacher
from handypose_tf.labelling.second_teacher import SecondTeacher
from handypose_tf.labelling.teacher import Teacher

if TYPE_CHECKING:
    from handypose_tf.inference import HandPoseEstimator

_MEDIAPIPE = {"mediapipe": "full", "mediapipe-lite": "lite"}


def open_teacher(name: str, levels: int = 1, second: str | None = None) -> Teacher:
    """Return the teacher of a name: MediaPipe, or a handypose model.

    Args:
        name: `"mediapipe"`, `"mediapipe-lite"`, or what `HandPoseEstimator` takes.
        levels: See `MediaPipeTeacher`; a model has 1.
        second: Another model, which is asked about every hand that is found; what
            `HandPoseEstimator` takes. See `SecondTeacher`.

    Raises:
        DataError: If MediaPipe's files are not there and cannot be fetched.
        ModelError: If there is no such model, it finds other points, it would be its
            own second teacher, or levels are asked of it.
    """
    # A wrong name of the second is told before MediaPipe's files are fetched.
    other = None if second is None else _open_model(second, refine=True)
    teacher = _open_first(name, levels)
    if second is None or other is None:
        return teacher
    facts = _facts(other)
    if facts["version"] == teacher.describe()["version"]:
        raise ModelError(
            f"{second}: is the first teacher, too, and would agree with itself; give "
            "another second teacher"
        )
    return SecondTeacher(teacher, other, **facts)


def _open_first(name: str, levels: int) -> Teacher:
    if name in _MEDIAPIPE:
        return MediaPipeTeacher(MediaPipeHands(variant=_MEDIAPIPE[name]), levels)
    if levels != 1:
        raise ModelError(
            f"{name}: labels the one hand of a photo, on one level; leave --levels out "
            f"or take one of the teachers {', '.join(_MEDIAPIPE)}"
        )
    estimator = _open_model(name)
    return EstimatorTeacher(estimator, **_facts(estimator))


def _open_model(name: str, refine: bool | None = None) -> HandPoseEstimator:
    from handypose_tf.inference import HandPoseEstimator

    estimator = HandPoseEstimator(name, detector=None, refine=refine)
    names = tuple(estimator.metadata.keypoint_names)
    if names != KEYPOINT_NAMES:
        raise ModelError(
            f"{name}: finds {len(names)} points, not the {len(KEYPOINT_NAMES)} joints "
            "of a hand; give another teacher"
        )
    return estimator


def _facts(estimator: HandPoseEstimator) -> dict[str, Any]:
    return {
        "name": estimator.path.name,
        "version": f"sha256 {file_sha256(estimator.path)}",
        "licence": estimator.metadata.licence,
    }
