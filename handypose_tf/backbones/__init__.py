"""Backbones that feed the waterfall: functions from a picture to four taps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handypose_tf.backbones.efficientnet_lite import efficientnet_lite
from handypose_tf.backbones.mediapipe_landmark import mediapipe_landmark
from handypose_tf.backbones.mediapipe_palm import mediapipe_palm
from handypose_tf.backbones.resnet import resnet
from handypose_tf.backbones.taps import Taps
from handypose_tf.checks import check_choice

__all__ = [
    "BACKBONES",
    "Taps",
    "build_backbone",
    "efficientnet_lite",
    "mediapipe_landmark",
    "mediapipe_palm",
    "resnet",
]

#: Name -> function and its first argument; `taps.py` says what one must keep to. Its
#: weights come from `handypose_tf.weights`, where there are some.
BACKBONES: dict[str, tuple[Callable[..., Taps], Any]] = {
    "resnet50": (resnet, 50),
    "resnet101": (resnet, 101),
    "resnet152": (resnet, 152),
    "efficientnet_lite0": (efficientnet_lite, 0),
    "efficientnet_lite1": (efficientnet_lite, 1),
    "efficientnet_lite2": (efficientnet_lite, 2),
    "mediapipe_full": (mediapipe_landmark, "full"),
    "mediapipe_lite": (mediapipe_landmark, "lite"),
    "mediapipe_palm": (mediapipe_palm, "full"),
}


def build_backbone(inputs: Any, name: str, output_stride: int) -> Taps:
    """Build a backbone by name on a picture, from which its mean was subtracted.

    Raises:
        ValueError: If there is no backbone of that name or it has no such stride.
    """
    check_choice("name", name, BACKBONES)
    function, variant = BACKBONES[name]
    return function(inputs, variant, output_stride)
