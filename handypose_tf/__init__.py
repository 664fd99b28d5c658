"""HandyPose for Keras and TensorFlow: the 21 keypoints of a hand from a colour photo.

The public names are loaded on first use (PEP 562), so that `import handypose_tf` and
prediction with a `.tflite` file never import TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.keras_classes import register_classes_when_keras_comes
from handypose_tf.lazy import lazy_names

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from handypose_tf.inference import HandPose as HandPose
    from handypose_tf.inference import HandPoseEstimator as HandPoseEstimator
    from handypose_tf.inference import HandPoses as HandPoses
    from handypose_tf.inference import HandTracker as HandTracker
    from handypose_tf.models import handypose as handypose
    from handypose_tf.models import load_model as load_model

_names, __getattr__, __dir__ = lazy_names(__name__)

__all__ = ["__version__", *_names]

register_classes_when_keras_comes()
