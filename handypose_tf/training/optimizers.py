"""Learning-rate schedules and optimisers by configuration."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.training.config import ADDONS, OptimizerConfig, ScheduleConfig

_KERAS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}

#: Variables that are not decayed: biases and batch norms.
_NOT_DECAYED = ["bias", "gamma", "beta"]


def build_schedule(config: ScheduleConfig, peak: float, num_steps: int) -> Any:
    """Return a Keras schedule, or the learning rate itself if it stays.

    Args:
        config: Its kind and numbers.
        peak: Highest learning rate.
        num_steps: Steps of the whole run, where a cosine ends.
    """
    schedules = keras.optimizers.schedules
    if config.kind == "constant":
        return peak
    if config.kind == "steps":
        return schedules.ExponentialDecay(
            peak, config.every, config.factor, staircase=True
        )
    warmup = fitting_warmup(config, num_steps)
    if warmup == 0:
        return schedules.CosineDecay(peak, num_steps)
    return schedules.CosineDecay(
        peak / warmup, num_steps - warmup, warmup_target=peak, warmup_steps=warmup
    )


def fitting_warmup(config: ScheduleConfig, num_steps: int) -> int:
    """Return the steps of warm-up: at most a tenth of a run that is short for them."""
    warmup = config.warmup_steps
    return min(warmup, num_steps // 10) if 2 * warmup > num_steps else warmup


def build_optimizer(config: OptimizerConfig, learning_rate: Any) -> Any:
    """Return an optimiser.

    Args:
        config: Its kind and numbers.
        learning_rate: A number or a schedule.

    Raises:
        MissingExtraError: If tensorflow-addons is asked for and not installed.
        ModelError: If there is no such optimiser or it does not take an option.
    """
    try:
        optimizer = _make(config, learning_rate)
    except (TypeError, ValueError) as error:
        raise ModelError(f"optimizer {config.kind}: {error}") from error
    if config.weight_decay and isinstance(optimizer, keras.optimizers.Optimizer):
        optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return optimizer


def put_averages(optimizer: Any, variables: list[Any]) -> None:
    """Put a wrapper's averages in the place of the weights, if it has begun any.

    Keras does so itself at the end of `fit`; tensorflow-addons' wrappers wait to be
    asked, and hold zeros before their first average.

    Args:
        optimizer: Any optimiser.
        variables: What it trains.
    """
    if hasattr(optimizer, "assign_average_vars"):
        begin = optimizer.get_config().get("start_averaging", 0)
        if optimizer.iterations > begin:
            optimizer.assign_average_vars(variables)


def _make(config: OptimizerConfig, learning_rate: Any) -> Any:
    """Construct an optimiser, or a wrapper of tensorflow-addons around one."""
    kind, own = _find(config.kind), dict(config.options)
    options: dict[str, Any] = {"learning_rate": learning_rate}
    if config.weight_decay is not None:
        options["weight_decay"] = config.weight_decay
    if config.kind == "sgd":
        options["momentum"] = config.momentum
    if config.kind.startswith(ADDONS) and "optimizer" in own:
        options = {"optimizer": _inner(own.pop("optimizer"))(**options)}
    if config.clip_norm is not None:
        options["global_clipnorm"] = config.clip_norm
    if config.ema is not None:
        options |= {"use_ema": True, "ema_momentum": config.ema}
    return kind(**options | own)


def _find(kind: str) -> Any:
    """Return the class of a kind of the configuration."""
    if kind.startswith(ADDONS):
        return _addon(kind.removeprefix(ADDONS))
    return getattr(keras.optimizers, _KERAS[kind])


def _inner(name: str) -> Any:
    """Return the class of what a wrapper is around: an addon or Keras' older kind."""
    older = keras.optimizers.legacy
    return getattr(older, name) if hasattr(older, name) else _addon(name)


def _addon(name: str) -> Any:
    """Return an optimiser class of tensorflow-addons."""
    try:
        import tensorflow_addons
    except ImportError as error:
        raise MissingExtraError(
            "tensorflow_addons", "addons", f"train with {name}"
        ) from error
    if not hasattr(tensorflow_addons.optimizers, name):
        raise ModelError(f"tensorflow-addons has no optimiser {name!r}")
    return getattr(tensorflow_addons.optimizers, name)
