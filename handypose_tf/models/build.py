"""`handypose(...)`: a network by the name of its preset, and its first weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tensorflow import keras

from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.models.description import describe_preset
from handypose_tf.models.first_weights import (
    Weights,
    first_description,
    load_first_weights,
)
from handypose_tf.models.network import HandyPose
from handypose_tf.models.presets import PRESETS

#: What a model takes over from the file of its first weights.
_INHERITED = (
    *("trained", "licence", "training_data", "crop_scale", "decode"),
    *("points", "crop_filters"),
)


def handypose(
    preset: str = "handypose_lite0",
    *,
    weights: Weights | None = None,
    image_size: int | tuple[int, int] | None = None,
    keypoint_names: Sequence[str] = KEYPOINT_NAMES,
    skeleton: Sequence[tuple[int, int]] = BONES,
    backbone: keras.Model | None = None,
    overrides: dict[str, dict[str, Any]] | None = None,
    handedness: bool | None = None,
    presence: bool | None = None,
    world: bool | None = None,
    batch_size: int | None = None,
) -> HandyPose:
    """Build a HandyPose model.

    Args:
        preset: A name of `handypose_tf.models.presets.PRESETS`.
        weights: What it begins with: `"imagenet"` or `"mediapipe"`, for the backbone;
            `"shipped"`, the trained weights that ship for the preset; the name of a
            shipped model; a `.keras` or `.weights.h5` file; or `None` for none.
        image_size: Side or `(height, width)` of the input in pixels; multiples of 32
            keep all grids aligned. By default that of the weights' file, else the
            preset's own.
        keypoint_names: One name a keypoint, of whatever is to be found.
        skeleton: Bones as pairs of indices into the names, for drawing.
        backbone: Your own Keras model in place of the named one; see `HandyPose`.
        overrides: Changes to `backbone`, `waterfall` and `decoder`, e.g. `{"decoder":
            {"filters": 96}}`; one that names a `kind` takes the part's place.
        handedness: Whether to have a head that tells left hands from right ones; by
            default as the weights' file has it, else as the preset.
        presence: The same for a head that tells hands from what is none.
        world: The same for heads that give the 21 keypoints in three dimensions; they
            come from MediaPipe's network, and no loss teaches them.
        batch_size: Fixed batch size, for export; free if `None`.

    Raises:
        ValueError: If the preset or an override's key is unknown.
        ModelError: If there are no such weights or they do not fit.

    Examples:
        >>> model = handypose("handypose_lite0")
        >>> model(tf.zeros((1, 192, 192, 3)))["heatmaps"].shape
        TensorShape([1, 48, 48, 21])
    """
    heads = {"handedness": handedness, "presence": presence, "world": world}
    if world is None and tuple(keypoint_names) != KEYPOINT_NAMES:
        heads["world"] = False
    description = describe_preset(
        PRESETS,
        preset,
        overrides,
        image_size=image_size,
        batch_size=batch_size,
        keypoint_names=tuple(keypoint_names),
        skeleton=tuple((int(a), int(b)) for a, b in skeleton),
        **{head: wanted for head, wanted in heads.items() if wanted is not None},
    )
    if (first := first_description(weights, preset)) is not None:
        own = {"image_size": image_size, **heads}
        taken = [*_INHERITED, *(name for name in own if own[name] is None)]
        description = replace(description, **{n: getattr(first, n) for n in taken})
    model = HandyPose(description, backbone, name=preset)
    load_first_weights(model, weights)
    return model
