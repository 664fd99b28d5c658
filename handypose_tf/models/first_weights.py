"""The weights that a network begins with: one rule for how they are named."""

from __future__ import annotations

import os
from typing import Any

from handypose_tf.errors import ModelError
from handypose_tf.models.described_model import DescribedModel
from handypose_tf.models.description import Description
from handypose_tf.models.files import load_weights, read_description
from handypose_tf.models.network import HandyPose
from handypose_tf.weights.imagenet import load_imagenet
from handypose_tf.weights.mediapipe import LICENCE, TRAINING_DATA, load_mediapipe

#: Weights of the backbone alone, by whose they are.
BACKBONE_WEIGHTS = ("imagenet", "mediapipe")

#: The trained weights of a preset that are part of this library.
SHIPPED = "shipped"

Weights = str | os.PathLike[str]


def load_first_weights(
    model: DescribedModel,
    weights: Weights | None,
    imagenet_file: str | os.PathLike[str] | None = None,
) -> None:
    """Load the weights that a network begins with.

    Args:
        model: The network.
        weights: `"imagenet"` or `"mediapipe"`, for the backbone; `"shipped"`, those
            that ship for the model's preset; the name of a shipped model; a `.keras`
            or `.weights.h5` file; or `None` for none.
        imagenet_file: Torchvision's state dict, for a ResNet's ImageNet weights.

    Raises:
        ModelError: If there are no such weights or they do not fit.
        MissingExtraError: If a package with weights is not installed.
    """
    if weights is None:
        return
    if weights in BACKBONE_WEIGHTS and model.own_backbone() is not None:
        raise ModelError(
            f"{weights}: weights of named backbones; this model's is your own"
        )
    if weights == "imagenet":
        name = model.description.backbone.name
        load_imagenet(model.layers, name, imagenet_file)
    elif weights == "mediapipe":
        load_mediapipe(model.layers, model.description.backbone.name)
        if model.description.waterfall is None:
            model.describe(trained=True, licence=LICENCE, training_data=TRAINING_DATA)
    else:
        load_weights(model, _named(weights, model.description.preset))


def first_description(weights: Weights | None, preset: str) -> Description | None:
    """Return the description of the model that the first weights are of.

    Args:
        weights: As for `load_first_weights`.
        preset: Of the network that begins with them.

    Returns:
        It; `None` where the weights are not those of a whole model.

    Raises:
        ModelError: If there are no such weights or they are of another preset.
    """
    is_bare = weights is None or weights in BACKBONE_WEIGHTS
    if is_bare or os.fspath(weights or "").endswith(".h5"):
        return None
    found = read_description(_named(weights, preset), HandyPose)
    if found.preset != preset:
        raise ModelError(f"{weights}: has weights of {found.preset}, not of {preset}")
    return found


def _named(weights: Any, preset: str) -> Weights:
    return preset if weights == SHIPPED else weights
