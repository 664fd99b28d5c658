"""From a pose configuration to the pipelines of training and validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from handypose_tf.data import open_source
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.readers import OnError, Reader
from handypose_tf.models.presets import PRESETS
from handypose_tf.tasks.config import SourceConfig
from handypose_tf.tasks.pose_config import PoseConfig


def image_size(config: PoseConfig) -> tuple[int, int]:
    """Return height and width of the network's input, pixels."""
    side = config.model.image_size or PRESETS[config.model.preset]["image_size"]
    return (side, side)


def open_pipelines(config: PoseConfig) -> tuple[HandPipeline, HandPipeline | None]:
    """Open the data to train on, and to validate on if there are any.

    Raises:
        DataError: If data are missing, bad, or too few.
    """
    data = config.data
    threads = {} if data.num_threads is None else {"num_threads": data.num_threads}
    common: dict[str, Any] = {
        "image_size": image_size(config),
        "batch_size": config.batch_size,
        "crop_scale": data.crop_scale,
        "seed": config.seed,
        "handedness": config.model.handedness,
        "presence": config.model.presence,
        **threads,
    }
    weights = [source.weight for source in data.train]
    training = HandPipeline(
        readers=_open(data.train, data.on_error),
        weights=weights if len(set(weights)) > 1 else None,
        augmentation=config.augmentation,
        samples_per_epoch=data.samples_per_epoch,
        backgrounds=Path(data.backgrounds) if data.backgrounds else None,
        **common,
    )
    if not data.validation:
        return training, None
    readers = _open(data.validation, data.on_error)
    return training, HandPipeline(
        readers=readers, shuffle=False, drop_remainder=False, **common
    )


def _open(sources: Sequence[SourceConfig], on_error: str) -> list[Reader]:
    policy = cast(OnError, on_error)
    return [
        open_source(source.source, on_error=policy, images=source.images)
        for source in sources
    ]
