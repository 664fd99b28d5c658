"""Training on one's own photos without a configuration: everything fits the data."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import STANDARD
from handypose_tf.errors import DataError
from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.models.description import Description
from handypose_tf.models.files import read_description
from handypose_tf.models.first_weights import BACKBONE_WEIGHTS, SHIPPED
from handypose_tf.models.network import HandyPose
from handypose_tf.models.presets import PRESETS
from handypose_tf.tasks.config import SourceConfig
from handypose_tf.tasks.pose_config import DataConfig, LossConfig, ModelConfig
from handypose_tf.tasks.pose_data import fitting_batch
from handypose_tf.training.config import OptimizerConfig, ScheduleConfig, TrainConfig
from handypose_tf.training.trainer import TrainingResult, train

#: What hands on a phone's photos go through; few data sets have masks.
_AUGMENTATION = replace(STANDARD, background=0.0)

_HEATMAP_LOSS = LossConfig(kind="weighted", sigma=1.6, foreground_weight=9.0)

#: Highest learning rate: of weights that know hands, and of weights that do not.
_RATE_TRAINED, _RATE_NEW = 3e-4, 2e-3

#: That of a network that was MediaPipe's, which sees the whole hand at once.
_RATE_POINTS = 1e-4

#: Steps of a run that its epochs are chosen for, and how many epochs that may be.
_STEPS, _EPOCHS = 1500, (10, 60)

#: A batch leaves an epoch so many steps.
_LARGEST_BATCH, _STEPS_OF_AN_EPOCH = 32, 8


def fine_tune(
    model: str | os.PathLike[str],
    data: str | Sequence[str],
    validation: str | Sequence[str],
    out: str | os.PathLike[str],
    *,
    init: str | os.PathLike[str] = SHIPPED,
    epochs: int | None = None,
    licence: str | None = None,
    **options: Any,
) -> TrainingResult:
    """Go on training a model with photos of your own.

    Size, heads and crops are those of the model's file; batches, epochs, warm-up and
    learning rate fit the data. The start is measured too, as epoch 0: where no epoch
    is better, the result is the start.

    Args:
        model: The name of a shipped model, a preset, or a `.keras` file.
        data: `FORMAT:PATH[:SPLIT]` to train on, one or several.
        validation: The same for what chooses the best epoch: other people or places.
        out: Folder of the run.
        init: What a preset begins with: `"shipped"`, `"imagenet"`, `"mediapipe"`, or
            a `.keras` file.
        epochs: Passes over the data.
        licence: Of data whose files state none; the model and `run.json` keep it.
        **options: `resume`, `callbacks`, `report`, `note` and `verbose` of `train`.

    Returns:
        Where the models lie, and the figures.

    Raises:
        HandyPoseError: As `train`.

    Examples:
        >>> result = fine_tune(
        ...     "handypose_lite0", "coco:train.json", "coco:val.json", "runs/mine"
        ... )  # doctest: +SKIP
        >>> result.best_epoch, result.history[0]["val_pck"]  # doctest: +SKIP
        (14, 0.897)
    """
    config = fine_tune_config(
        model, data, validation, out, init=init, epochs=epochs, licence=licence
    )
    return train(config, **options)


def fine_tune_config(
    model: str | os.PathLike[str],
    data: str | Sequence[str],
    validation: str | Sequence[str],
    out: str | os.PathLike[str],
    *,
    init: str | os.PathLike[str] = SHIPPED,
    epochs: int | None = None,
    licence: str | None = None,
) -> TrainConfig:
    """Return the configuration that :func:`fine_tune` trains by.

    Raises:
        ModelError: If there is no such model.
        DataError: If data are missing or bad.
    """
    network, first = _start(os.fspath(model), os.fspath(init))
    sources = _sources(data)
    if not (others := _sources(validation)):
        raise DataError(
            "no validation data: name other hands, which choose the best epoch; "
            "`handypose label --hold-out 0.1` keeps some apart"
        )
    count = sum(len(open_source(source.source).records()) for source in sources)
    batch_size = fitting_batch(_LARGEST_BATCH, count // _STEPS_OF_AN_EPOCH)
    num_steps = max(1, count // batch_size)
    fewest, most = _EPOCHS
    epochs = epochs or min(max(math.ceil(_STEPS / num_steps), fewest), most)
    total = epochs * num_steps
    preset = PRESETS[network.preset].model
    has_heatmaps = "heatmaps" in preset.keypoint_outputs
    config = TrainConfig(
        out=os.fspath(out),
        data=DataConfig(
            train=sources,
            validation=others,
            crop_scale=first.crop_scale if first else DEFAULT_CROP_SCALE,
            licence=licence,
        ),
        model=network,
        augmentation=_AUGMENTATION,
        loss=_HEATMAP_LOSS if has_heatmaps else LossConfig(),
        optimizer=OptimizerConfig(
            learning_rate=_RATE_TRAINED if first else _RATE_NEW,
            weight_decay=0.01,
            clip_norm=1.0,
            # An average over a tenth of the run, and over 200 steps at the most.
            ema=1 - 1 / min(max(total // 10, 2), 200),
        ),
        schedule=ScheduleConfig(warmup_steps=min(total // 10, 200)),
        epochs=epochs,
        batch_size=batch_size,
        save_every=200,
    )
    return _for_points(config) if first and first.points else config


def _for_points(config: TrainConfig) -> TrainConfig:
    """Return what suits a network that was MediaPipe's, with or without heatmaps.

    It has seen many hands and forgets quickly: figures in
    `docs/how-to/retrain-mediapipe.md`.
    """
    return replace(
        config,
        model=replace(config.model, frozen="level3"),
        augmentation=replace(config.augmentation, rotation=60),
        optimizer=replace(config.optimizer, learning_rate=_RATE_POINTS),
    )


def _start(model: str, init: str) -> tuple[ModelConfig, Description | None]:
    """Return the network, and what it begins with where that is a whole model."""
    own = PRESETS[model].model if model in PRESETS else None
    if own and own.waterfall is None and init in (SHIPPED, "mediapipe"):
        return ModelConfig(preset=model, weights="mediapipe", frozen="level1"), own
    if init in BACKBONE_WEIGHTS:
        return ModelConfig(preset=model, weights=init, frozen="level1"), None
    weights = model if init == SHIPPED else init
    first = read_description(weights, HandyPose)
    preset = model if model in PRESETS else first.preset
    network = ModelConfig(
        preset=preset,
        weights=weights,
        overrides=first.overrides_of(PRESETS[preset].model),
        frozen="level1",
        handedness=first.handedness,
        presence=first.presence,
    )
    return network, first


def _sources(data: str | Sequence[str]) -> tuple[SourceConfig, ...]:
    names = [data] if isinstance(data, str) else data
    return tuple(SourceConfig(source=name) for name in names)
