"""HandyPose models: `handypose(...)` builds one by the name of its preset.

What it does is read in this order: `description` (a model as data), `presets` (those
that have names), `network` (the whole graph in one function), `build` (`handypose`
itself), `files` (models to `.keras` and back). The detector is the same network with
another head (`detector`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.models.build import handypose as handypose
    from handypose_tf.models.detector import HandyPoseDetector as HandyPoseDetector
    from handypose_tf.models.detector import hand_detector as hand_detector
    from handypose_tf.models.files import load_detector as load_detector
    from handypose_tf.models.files import load_model as load_model
    from handypose_tf.models.files import load_weights as load_weights
    from handypose_tf.models.files import save_model as save_model
    from handypose_tf.models.mediapipe_networks import (
        import_mediapipe as import_mediapipe,
    )
    from handypose_tf.models.mediapipe_networks import (
        mediapipe_hands as mediapipe_hands,
    )
    from handypose_tf.models.network import HandyPose as HandyPose
    from handypose_tf.models.released import import_released as import_released

__all__, __getattr__, __dir__ = lazy_names(__name__)
