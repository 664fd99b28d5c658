"""From a pose configuration to the pipelines of training and validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from handypose_tf.data import open_source
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.readers import OnError, Reader
from handypose_tf.models.description import CROP_HEADS
from handypose_tf.models.first_weights import first_description
from handypose_tf.models.presets import PRESETS
from handypose_tf.tasks.config import SourceConfig
from handypose_tf.tasks.pose_config import PoseConfig


def image_size(config: PoseConfig) -> tuple[int, int]:
    """Return height and width of the network's input, pixels.

    Where the configuration does not say it is that of the first weights' model, else
    the preset's.
    """
    spec = config.model
    side = spec.image_size
    if side is not None:
        return side, side
    first = first_description(spec.weights, spec.preset)
    return (first or PRESETS[spec.preset].model).image_size


def crop_heads(config: PoseConfig) -> dict[str, bool]:
    """Return which heads say one thing of the whole crop: those asked for or own."""
    preset = PRESETS[config.model.preset].model
    return {
        head: getattr(config.model, head) or getattr(preset, head)
        for head in CROP_HEADS
    }


def keypoint_outputs(config: PoseConfig) -> tuple[str, ...]:
    """Return the network's outputs that keypoints teach."""
    spec = config.model
    first = first_description(spec.weights, spec.preset)
    return (first or PRESETS[spec.preset].model).keypoint_outputs


def fitting_batch(batch_size: int, num_samples: int) -> int:
    """Return the size of a batch that so many samples fill: halved until they do."""
    while batch_size > max(num_samples, 1):
        batch_size //= 2
    return batch_size


def open_pipelines(config: PoseConfig) -> tuple[HandPipeline, HandPipeline | None]:
    """Open the data to train on, and to validate on if there are any.

    Raises:
        DataError: If data are missing, bad, or too few.
    """
    data = config.data
    readers = _open(data.train, data.on_error)
    count = data.samples_per_epoch or sum(len(reader.records()) for reader in readers)
    threads = {} if data.num_threads is None else {"num_threads": data.num_threads}
    common: dict[str, Any] = {
        "image_size": image_size(config),
        "batch_size": fitting_batch(config.batch_size, count),
        "crop_scale": data.crop_scale,
        "seed": config.seed,
        "keypoint_outputs": keypoint_outputs(config),
        **crop_heads(config),
        **threads,
    }
    weights = [source.weight for source in data.train]
    training = HandPipeline(
        readers=readers,
        weights=weights if len(set(weights)) > 1 else None,
        augmentation=config.augmentation,
        samples_per_epoch=data.samples_per_epoch,
        backgrounds=Path(data.backgrounds) if data.backgrounds else None,
        **common,
    )
    if not data.validation:
        return training, None
    others = _open(data.validation, data.on_error)
    return training, HandPipeline(
        readers=others, shuffle=False, drop_remainder=False, **common
    )


def _open(sources: Sequence[SourceConfig], on_error: str) -> list[Reader]:
    policy = cast(OnError, on_error)
    return [
        open_source(source.source, on_error=policy, images=source.images)
        for source in sources
    ]
