"""The configuration of a training run: a task's own parts, and how it is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handypose_tf.checks import check_choice, check_least, check_positive
from handypose_tf.tasks.config import TaskConfig
from handypose_tf.tasks.detector_config import DetectorConfig
from handypose_tf.tasks.pose_config import PoseConfig

OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "steps", "cosine")
STRATEGIES = ("one", "mirrored", "multi_worker")
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")

#: Begins the name of a tensorflow-addons optimiser, e.g. `"tfa:RectifiedAdam"`.
ADDONS = "tfa:"


@dataclass(frozen=True, kw_only=True)
class ScheduleConfig:
    """How the learning rate changes with the steps.

    Attributes:
        kind: `"constant"`; `"steps"`: times `factor` every `every` steps;
            `"cosine"`: linear up over `warmup_steps`, then a cosine down to 0 at the
            end of the run.
        factor: The released code has 0.333.
        every: The released code has 13,275 steps.
        warmup_steps: For `"cosine"`.
    """

    kind: str = "cosine"
    factor: float = 0.333
    every: int = 13275
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        """Check the kind and the numbers."""
        check_choice("kind", self.kind, SCHEDULES)
        check_positive("factor", self.factor)
        check_positive("every", self.every)
        check_least("warmup_steps", self.warmup_steps, 0)


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """The optimiser.

    Attributes:
        kind: One of `OPTIMIZERS`, or `"tfa:NAME"` of an installed tensorflow-addons.
        learning_rate: Highest learning rate.
        weight_decay: Decoupled decay; not of biases and batch norms, which
            tensorflow-addons' optimisers decay too.
        momentum: For `"sgd"`.
        clip_norm: Longest gradient, over all variables; `None` for any.
        ema: Momentum of the moving average of the weights, e.g. 0.999; the average is
            what is validated and saved for use. `None` for none.
        options: Further arguments of the optimiser's constructor. For a wrapper of
            tensorflow-addons `optimizer` is the name of what it wraps, e.g.
            `{"optimizer": "RectifiedAdam", "sync_period": 6}` for `"tfa:Lookahead"`.
    """

    kind: str = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float | None = None
    momentum: float = 0.9
    clip_norm: float | None = None
    ema: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the kind and the numbers."""
        if not self.kind.startswith(ADDONS):
            check_choice("kind", self.kind, (*OPTIMIZERS, f"{ADDONS}NAME"))
        check_positive("learning_rate", self.learning_rate)
        if self.clip_norm is not None:
            check_positive("clip_norm", self.clip_norm)
        for name in ("weight_decay", "momentum"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise ValueError(f"`{name}` must be from 0 to 1. Received: {value}")
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"`ema` must lie between 0 and 1. Received: {self.ema}")


@dataclass(frozen=True, kw_only=True)
class RunConfig(TaskConfig):
    """How a run goes, whatever is learnt.

    Attributes:
        out: Folder of the run: checkpoints, log, configuration.
        optimizer: The optimiser.
        schedule: The learning rate.
        epochs: Passes over the data.
        strategy: `"one"` device, `"mirrored"` over all of this machine, or
            `"multi_worker"` over machines (Keras 2 only; `handypose train` sees to it).
        precision: One of `PRECISIONS`.
        jit_compile: Whether XLA compiles the step; on a CPU it was ten times slower
            (measured).
        qat: Train with the rounding of 8 bits, for `handypose export --precision
            qat-int8`; begin with trained weights. Pose alone, and Keras 2 only (extra
            `keras2`); `handypose train` sees to it.
        save_every: Steps after which the state is saved within an epoch.
        tensorboard: Whether to write scalars and pictures for TensorBoard.
        callbacks: Keras callbacks as `module:Class`, made without arguments, for
            whatever else is to hear of the run.
    """

    out: str
    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    epochs: int = 100
    strategy: str = "one"
    precision: str = "float32"
    jit_compile: bool = False
    qat: bool = False
    save_every: int = 1000
    tensorboard: bool = False
    callbacks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the names and the numbers."""
        super().__post_init__()
        if not self.out.strip():
            raise ValueError("`out` must name a folder. Received: nothing")
        check_choice("strategy", self.strategy, STRATEGIES)
        check_choice("precision", self.precision, PRECISIONS)
        for name in ("epochs", "save_every"):
            check_positive(name, getattr(self, name))
        if self.qat and self.precision != "float32":
            raise ValueError(
                f"`qat` needs the precision float32. Received: {self.precision!r}"
            )


@dataclass(frozen=True, kw_only=True)
class TrainConfig(PoseConfig, RunConfig):
    """A training run of a pose network: the keys of `PoseConfig` and `RunConfig`.

    Attributes:
        task: `"pose"`.
    """

    task: str = "pose"


@dataclass(frozen=True, kw_only=True)
class DetectorTrainConfig(DetectorConfig, RunConfig):
    """A training run of a hand detector: as `DetectorConfig` and `RunConfig` say.

    Attributes:
        task: `"detector"`.
    """

    task: str = "detector"

    def __post_init__(self) -> None:
        """Check that a detector can be trained so."""
        super().__post_init__()
        if self.qat:
            raise ValueError("`qat` is for the task pose. Received: a detector's run")


#: `task` of a configuration -> its class.
TASK_CONFIGS: dict[str, type[RunConfig]] = {
    "pose": TrainConfig,
    "detector": DetectorTrainConfig,
}
