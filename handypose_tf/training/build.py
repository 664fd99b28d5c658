"""From a configuration to a model that can be fitted, and one that is evaluated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow import keras

from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.errors import ModelError
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.losses import (
    HandednessLoss,
    HardKeypointMSE,
    HeatmapMSE,
    WeightedHeatmapMSE,
)
from handypose_tf.metrics import AUC, EPE, PCK, HandednessAccuracy
from handypose_tf.models import HandyPose, handypose
from handypose_tf.models.first_weights import load_first_weights
from handypose_tf.models.quantization_aware import quantization_aware, set_ranges
from handypose_tf.training.config import LossConfig, TrainConfig
from handypose_tf.training.data import image_size
from handypose_tf.training.layers import freeze_levels, synchronize_batch_norms
from handypose_tf.training.optimizers import build_optimizer, build_schedule

#: Crops that a quantisation-aware network takes its first ranges from.
_RANGE_CROPS = 32


def build_model(
    config: TrainConfig, pipeline: HandPipeline, strategy: tf.distribute.Strategy
) -> HandyPose:
    """Build the model and load its first weights, under the strategy's scope.

    Raises:
        ModelError: If a part of the configuration does not fit the network.
    """
    keras.utils.set_random_seed(config.seed)
    with _precision(config.precision), strategy.scope():
        model = _network(config, pipeline)
        if strategy.num_replicas_in_sync > 1:
            synchronize_batch_norms(model)
    return model


def build_network(
    config: TrainConfig,
    model: HandyPose,
    pipeline: HandPipeline,
    strategy: tf.distribute.Strategy,
) -> keras.Model:
    """Compile what is fitted: the model, or its quantisation-aware twin.

    Raises:
        HandyPoseError: If there can be no such twin, or the optimiser is not known.
    """
    with _precision(config.precision), strategy.scope():
        network: keras.Model = quantization_aware(model) if config.qat else model
        network.compile(
            build_optimizer(config.optimizer, learning_rate(config, pipeline)),
            **build_losses(config.loss, model),
            jit_compile=config.jit_compile,
        )
    if config.qat:
        places = np.arange(min(_RANGE_CROPS, pipeline.num_samples))
        samples = pipeline.samples(0, places).as_numpy_iterator()
        set_ranges(network, model, np.stack([sample["image"] for sample in samples]))
    return network


def learning_rate(config: TrainConfig, pipeline: HandPipeline) -> Any:
    """Return the run's schedule, or its learning rate if it stays.

    Raises:
        ModelError: If the schedule does not fit the run's length.
    """
    num_steps = config.epochs * pipeline.num_steps
    return build_schedule(config.schedule, config.optimizer.learning_rate, num_steps)


def build_evaluator(
    config: TrainConfig,
    model: HandyPose,
    network: keras.Model,
    strategy: tf.distribute.Strategy,
) -> keras.Model:
    """Return a network of the same layers with metrics, which training is spared.

    The metrics are `pck` (box, 0.2), `epe`, `auc` and, with a head for it,
    `handedness` (accuracy) and `presence` (area under the curve); of several outputs
    Keras names each before its metrics.
    """
    with strategy.scope():
        evaluator = keras.Model(network.inputs, dict(network.output))
        decoder = model.decoder()
        metrics = {"heatmaps": [PCK(decoder), EPE(decoder), AUC(decoder)]}
        if model.has_handedness:
            metrics["handedness"] = [HandednessAccuracy()]
        if model.has_presence:
            metrics["presence"] = [keras.metrics.AUC(from_logits=True, name="presence")]
        evaluator.compile(
            **build_losses(config.loss, model),
            metrics=metrics,
            jit_compile=config.jit_compile,
        )
    return evaluator


def build_losses(config: LossConfig, model: HandyPose) -> dict[str, Any]:
    """Return the losses of a model's outputs and their weights, for `compile`."""
    losses: dict[str, Any] = {"heatmaps": build_loss(config, model)}
    weights = {"heatmaps": 1.0}
    if model.has_handedness:
        losses["handedness"] = HandednessLoss()
        weights["handedness"] = config.handedness_weight
    if model.has_presence:
        losses["presence"] = keras.losses.BinaryCrossentropy(from_logits=True)
        weights["presence"] = config.presence_weight
    return {"loss": losses, "loss_weights": weights}


def build_loss(config: LossConfig, model: HandyPose) -> Any:
    """Return the loss for a model's heatmaps."""
    targets: dict[str, Any] = {
        "stride": model.stride,
        "cell_offset": model.cell_offset,
        "sigma": config.sigma,
        "cutoff": config.cutoff,
        "whole_pixels": config.whole_pixels,
    }
    if config.kind == "mse":
        return HeatmapMSE(**targets)
    targets["foreground_weight"] = config.foreground_weight
    if config.kind == "weighted":
        return WeightedHeatmapMSE(**targets)
    return HardKeypointMSE(top_k=config.top_k, **targets)


@contextlib.contextmanager
def _precision(policy: str) -> Iterator[None]:
    """Give layers that are made meanwhile a policy; later ones have what was before."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)


def _network(config: TrainConfig, pipeline: HandPipeline) -> HandyPose:
    """Build the network for the data's keypoints and load its first weights."""
    names = pipeline.readers[0].keypoint_names
    spec = config.model
    try:
        model = handypose(
            spec.preset,
            image_size=image_size(config)[0],
            keypoint_names=names,
            skeleton=BONES if tuple(names) == KEYPOINT_NAMES else (),
            overrides=spec.overrides,
            handedness=spec.handedness,
            presence=spec.presence,
        )
        load_first_weights(model, spec.weights, spec.imagenet_file)
    except (TypeError, ValueError) as error:
        raise ModelError(f"the configuration's model: {error}") from error
    if spec.frozen is not None:
        freeze_levels(model, spec.frozen)
    return model
