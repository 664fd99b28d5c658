"""Labels for photos that have none: teachers, a log of what they say, a data set."""

from handypose_tf.labelling.estimator_teacher import EstimatorTeacher
from handypose_tf.labelling.label_folder import (
    LabelOptions,
    LabelReport,
    label_folders,
)
from handypose_tf.labelling.label_photos import (
    find_photos,
    label_image,
    label_photos,
    pending,
)
from handypose_tf.labelling.mediapipe import MediaPipeHands
from handypose_tf.labelling.mediapipe_teacher import MediaPipeTeacher
from handypose_tf.labelling.open_teacher import open_teacher
from handypose_tf.labelling.photo_log import PhotoLog, PhotoResult
from handypose_tf.labelling.second_teacher import SecondTeacher
from handypose_tf.labelling.teacher import HandLabel, Teacher

__all__ = [
    "EstimatorTeacher",
    "HandLabel",
    "LabelOptions",
    "LabelReport",
    "MediaPipeHands",
    "MediaPipeTeacher",
    "PhotoLog",
    "PhotoResult",
    "SecondTeacher",
    "Teacher",
    "find_photos",
    "label_folders",
    "label_image",
    "label_photos",
    "open_teacher",
    "pending",
]
