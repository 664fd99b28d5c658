"""From a task to a model that can be fitted, and one that is evaluated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow import keras

from handypose_tf.data.batches import BatchPipeline
from handypose_tf.models.quantization_aware import quantization_aware, set_ranges
from handypose_tf.tasks.task import Task
from handypose_tf.training.config import RunConfig
from handypose_tf.training.freezing import freeze_levels, synchronize_batch_norms
from handypose_tf.training.optimizers import build_optimizer, build_schedule

#: Crops that a quantisation-aware network takes its first ranges from.
_RANGE_CROPS = 32


def build_model(config: RunConfig, task: Task, strategy: tf.distribute.Strategy) -> Any:
    """Build a task's model with its first weights, under the strategy's scope.

    Raises:
        ModelError: If a part of the configuration does not fit the network.
    """
    keras.utils.set_random_seed(config.seed)
    with _precision(config.precision), strategy.scope():
        model = task.build()
        if task.frozen is not None:
            freeze_levels(model, task.frozen)
        if strategy.num_replicas_in_sync > 1:
            synchronize_batch_norms(model)
    return model


def build_network(
    config: RunConfig, model: Any, task: Task, strategy: tf.distribute.Strategy
) -> keras.Model:
    """Compile what is fitted: the model, or its quantisation-aware twin.

    Raises:
        HandyPoseError: If there can be no such twin, or the optimiser is not known.
    """
    pipeline = task.training
    with _precision(config.precision), strategy.scope():
        network: keras.Model = quantization_aware(model) if config.qat else model
        network.compile(
            build_optimizer(config.optimizer, learning_rate(config, pipeline)),
            **task.losses(model),
            jit_compile=config.jit_compile,
        )
        _begin_means(network, pipeline)
    if config.qat:
        places = np.arange(min(_RANGE_CROPS, pipeline.num_samples))
        samples = pipeline.samples(0, places).as_numpy_iterator()
        set_ranges(network, model, np.stack([sample["image"] for sample in samples]))
    return network


def learning_rate(config: RunConfig, pipeline: BatchPipeline) -> Any:
    """Return the run's schedule, or its learning rate if it stays.

    Raises:
        ModelError: If the schedule does not fit the run's length.
    """
    num_steps = config.epochs * pipeline.num_steps
    return build_schedule(config.schedule, config.optimizer.learning_rate, num_steps)


def build_evaluator(
    config: RunConfig,
    model: Any,
    network: keras.Model,
    task: Task,
    strategy: tf.distribute.Strategy | None = None,
) -> keras.Model:
    """Return a network of the same layers with metrics, which training is spared.

    Of several outputs Keras names each before its metrics, and wants targets for all:
    it has those that a loss teaches. Without a strategy it runs on one device.
    """
    taught = task.losses(model)
    outputs = {name: network.output[name] for name in taught["loss"]}
    with strategy.scope() if strategy else contextlib.nullcontext():
        evaluator = keras.Model(network.inputs, outputs)
        evaluator.compile(
            **taught,
            metrics=task.metrics(model) or None,
            jit_compile=config.jit_compile,
        )
        _begin_means(evaluator, task.training)
    return evaluator


def _begin_means(network: keras.Model, pipeline: BatchPipeline) -> None:
    """Let Keras make its means of the outputs' losses, by a step of nothing.

    A first step that still makes variables is drawn twice: an epoch of two steps of a
    lite0 with two heads took 26 CPU s, 19 so (30 November 2026). Under a strategy Keras
    sees to it.
    """
    if tf.distribute.has_strategy() or len(network.output) == 1:
        return
    _, targets = pipeline.batches(0).element_spec
    nothing = tf.nest.map_structure(
        lambda each: tf.zeros((1, *each.shape[1:]), each.dtype),
        (targets, dict(network.output)),
    )
    network.compute_loss(None, *nothing)
    network.reset_metrics()


@contextlib.contextmanager
def _precision(policy: str) -> Iterator[None]:
    """Give layers that are made meanwhile a policy; later ones have what was before."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)
