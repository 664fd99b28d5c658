"""Prediction: pictures in, :class:`HandPose` out; TensorFlow only for `.keras` files.

The public names are loaded on first use, so that a result can be read or made without
OpenCV or a runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.inference.drawing import draw_hands as draw_hands
    from handypose_tf.inference.estimator import HandPoseEstimator as HandPoseEstimator
    from handypose_tf.inference.hand_detector import DetectedHand as DetectedHand
    from handypose_tf.inference.hand_detector import HandDetector as HandDetector
    from handypose_tf.inference.hand_pose import HandPose as HandPose
    from handypose_tf.inference.hand_poses import HandPoses as HandPoses
    from handypose_tf.inference.keras_model import KerasModel as KerasModel
    from handypose_tf.inference.litert_model import LiteRTModel as LiteRTModel
    from handypose_tf.inference.pose_model import (
        UntrainedModelWarning as UntrainedModelWarning,
    )
    from handypose_tf.inference.video.follow import follow as follow
    from handypose_tf.inference.video.frames import Camera as Camera
    from handypose_tf.inference.video.frames import PictureSequence as PictureSequence
    from handypose_tf.inference.video.frames import VideoFile as VideoFile
    from handypose_tf.inference.video.hand_tracker import HandTracker as HandTracker
    from handypose_tf.inference.video.one_euro import OneEuro as OneEuro
    from handypose_tf.inference.video.tracked_frames import track as track
    from handypose_tf.inference.video.window import Window as Window
    from handypose_tf.litert.shipped import bundled_models as bundled_models

__all__, __getattr__, __dir__ = lazy_names(__name__)
