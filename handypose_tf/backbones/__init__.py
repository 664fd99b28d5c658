"""Backbones that feed the waterfall: functions from a picture to four taps."""

from __future__ import annotations

from typing import Any

from handypose_tf.backbones.efficientnet_lite import efficientnet_lite
from handypose_tf.backbones.resnet import resnet
from handypose_tf.backbones.taps import Taps

__all__ = ["BACKBONES", "Taps", "build_backbone", "efficientnet_lite", "resnet"]

#: Name -> function and its first argument.
BACKBONES = {
    "resnet50": (resnet, 50),
    "resnet101": (resnet, 101),
    "resnet152": (resnet, 152),
    "efficientnet_lite0": (efficientnet_lite, 0),
    "efficientnet_lite1": (efficientnet_lite, 1),
    "efficientnet_lite2": (efficientnet_lite, 2),
}


def build_backbone(inputs: Any, name: str, output_stride: int) -> Taps:
    """Build a backbone by name on a centred picture.

    Raises:
        ValueError: If there is no backbone of that name or it has no such stride.
    """
    if name not in BACKBONES:
        raise ValueError(
            f"`name` must be one of {sorted(BACKBONES)}. Received: {name!r}"
        )
    function, variant = BACKBONES[name]
    return function(inputs, variant, output_stride)
