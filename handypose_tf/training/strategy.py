"""How a run is spread over devices and machines."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.data.batches import BatchPipeline
from handypose_tf.data.worker import Worker
from handypose_tf.errors import ModelError


def build_strategy(name: str) -> tf.distribute.Strategy:
    """Return the strategy of a name of `config.STRATEGIES`.

    `"multi_worker"` must come before any other TensorFlow operation.

    Raises:
        ModelError: If Keras 3 is asked to train over several workers.
    """
    if name == "one":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        devices = [device.name for device in tf.config.list_logical_devices(kind)]
        return tf.distribute.MirroredStrategy(devices)
    if is_keras3():
        raise ModelError(
            "Keras 3 cannot train over several workers; use `handypose train`, or set "
            "TF_USE_LEGACY_KERAS=1 and install handypose-tf[keras2]"
        )
    return tf.distribute.MultiWorkerMirroredStrategy()


def check_shared(
    batch_size: int, strategy: tf.distribute.Strategy, filled: int | None = None
) -> None:
    """Refuse a batch that the devices of one process cannot share equally.

    Args:
        batch_size: As it was asked for.
        strategy: How the run is spread.
        filled: Size of the batches that the data fill, once that is known.

    Raises:
        ModelError: If it cannot.
    """
    count = strategy.num_replicas_in_sync
    below = batch_size // count * count
    if filled is not None and filled % count:
        raise ModelError(
            f"the data fill batches of {filled}, which cannot be shared equally by "
            f"{count} devices; give more data, or set `strategy: one`"
        )
    if batch_size % count:
        sizes = f"{below} or {below + count}" if below else str(count)
        raise ModelError(
            f"a batch_size of {batch_size} cannot be shared equally by {count} "
            f"devices; take {sizes}"
        )


def splits_badly(strategy: tf.distribute.Strategy) -> bool:
    """Tell whether batches of any size, as validation has them, cannot be shared.

    Keras 3 adds up the parts of a first batch, and gives a device none of the last.
    """
    return is_keras3() and strategy.num_replicas_in_sync > 1


def is_keras3() -> bool:
    """Return whether TensorFlow's Keras is the third generation."""
    return hasattr(keras, "version")  # Keras 2 as TensorFlow gives it has none


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Return whether this process writes the run's files."""
    cluster, resolver = _cluster(strategy), strategy.cluster_resolver
    if not cluster:
        return True
    first = "chief" if "chief" in cluster else "worker"
    return (resolver.task_type, resolver.task_id) == (first, 0)


def num_workers(strategy: tf.distribute.Strategy) -> int:
    """Return how many processes train together."""
    cluster = _cluster(strategy)
    count = sum(len(cluster.get(job, ())) for job in ("chief", "worker"))
    return max(1, count)


def mean_over_workers(model: keras.Model) -> None:
    """Let Keras 2 report what a worker's metrics say, which all share.

    Over several workers it adds up what they report otherwise.
    """
    model.distribute_reduction_method = "first"


def training_batches(
    strategy: tf.distribute.Strategy, pipeline: BatchPipeline, epoch: int, step: int
) -> Any:
    """Return the batches of an epoch from a step on, for `fit` under a strategy.

    Keras itself splits the batches among the devices of one process; over workers,
    each process makes its own part of every batch.
    """
    if num_workers(strategy) == 1:
        return pipeline.batches(epoch, step)

    def part(context: tf.distribute.InputContext) -> tf.data.Dataset:
        count = context.num_input_pipelines
        worker = Worker(
            index=context.input_pipeline_id,
            count=count,
            num_replicas=context.num_replicas_in_sync // count,
        )
        return pipeline.batches(epoch, step, worker)

    return strategy.distribute_datasets_from_function(part)


def validation_batches(pipeline: BatchPipeline) -> tf.data.Dataset:
    """Return all batches of a pipeline; every worker evaluates the whole of it."""
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = (
        tf.data.experimental.AutoShardPolicy.OFF
    )
    return pipeline.batches(0).with_options(options)


def _cluster(strategy: tf.distribute.Strategy) -> dict[str, list[str]]:
    """Return the addresses of each job; empty for a single process."""
    resolver = strategy.cluster_resolver
    return resolver.cluster_spec().as_dict() if resolver is not None else {}
