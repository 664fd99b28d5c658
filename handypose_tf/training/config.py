"""The configuration of a training run: dataclasses, checked on construction."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from handypose_tf.data.augmentation import PLAIN, Augmentation
from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.models.presets import PRESETS

LOSSES = ("mse", "weighted", "hard")
OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "steps", "cosine")
STRATEGIES = ("one", "mirrored", "multi_worker")
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
LEVELS = ("stem", "level1", "level2", "level3")

#: Begins the name of a tensorflow-addons optimiser, e.g. `"tfa:RectifiedAdam"`.
ADDONS = "tfa:"


def _check_choice(name: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {[*choices]}. Received: {value!r}")


def _check_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"`{name}` must be positive. Received: {value}")


@dataclass(frozen=True, kw_only=True)
class SourceConfig:
    """One data set.

    Attributes:
        source: `FORMAT:PATH[:SPLIT]`.
        weight: How often its hands are drawn, relative to their number.
        images: Folder of the pictures, where it is not the format's own place.
    """

    source: str
    weight: float = 1.0
    images: str | None = None

    def __post_init__(self) -> None:
        """Check the weight."""
        _check_positive("weight", self.weight)


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What is trained and validated on.

    Attributes:
        train: Data sets to train on.
        validation: Data sets that choose the best checkpoint; none is allowed.
        crop_scale: Side of the crop over the longer side of the box; `None` for the
            whole picture, stretched.
        samples_per_epoch: Length of an epoch; all hands once if `None`.
        on_error: `"fail"` or `"skip"` for bad records.
        num_threads: Samples made at once; one a core, at most 16, if `None`.
        backgrounds: Folder of pictures for what lies outside a photo.
    """

    train: tuple[SourceConfig, ...]
    validation: tuple[SourceConfig, ...] = ()
    crop_scale: float | None = DEFAULT_CROP_SCALE
    samples_per_epoch: int | None = None
    on_error: str = "fail"
    num_threads: int | None = None
    backgrounds: str | None = None

    def __post_init__(self) -> None:
        """Check that there is data and that the numbers are positive."""
        if not self.train:
            raise ValueError("`train` must name at least one data set. Received: none")
        _check_choice("on_error", self.on_error, ("fail", "skip"))
        for name in ("crop_scale", "samples_per_epoch", "num_threads"):
            if getattr(self, name) is not None:
                _check_positive(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The network and where its weights begin.

    Attributes:
        preset: A name of `handypose models`.
        image_size: Side of the input, pixels; the preset's own if `None`.
        overrides: Changes to the preset's parts, as `handypose(overrides=...)`.
        weights: `"imagenet"` or `"mediapipe"`, for the backbone; `"shipped"`, the
            preset's trained weights; the name of a shipped model; a `.keras` or
            `.weights.h5` file; or `None` for none.
        imagenet_file: Torchvision's state dict, for a ResNet's ImageNet weights.
        frozen: Last backbone level that is not trained: one of `LEVELS`, or `None`.
            For `handypose_lite0`, freezing through level 1 makes a step three times
            as fast on a CPU (measured).
        handedness: Add a head that tells left hands from right ones, taught by the
            hands whose side is known.
        presence: Add a head that tells hands from what is none, taught by places that
            are marked `no_hand`.
    """

    preset: str = "handypose_lite0"
    image_size: int | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    weights: str | None = None
    imagenet_file: str | None = None
    frozen: str | None = None
    handedness: bool = False
    presence: bool = False

    def __post_init__(self) -> None:
        """Check the names."""
        _check_choice("preset", self.preset, PRESETS)
        if self.frozen is not None:
            _check_choice("frozen", self.frozen, LEVELS)


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """The loss; see `handypose_tf.losses`.

    Attributes:
        kind: Of the heatmaps: `"mse"` as released, `"weighted"` by visibility and
            foreground, or `"hard"`, the worst joints alone.
        sigma: Standard deviation of a target, cells.
        cutoff: Target values below it become 0.
        whole_pixels: Cut keypoints to whole pixels first, as the released code does.
        foreground_weight: For `"weighted"` and `"hard"`.
        top_k: Joints that count for `"hard"`.
        handedness_weight: What the handedness head's cross-entropy counts beside the
            heatmaps' loss. Measured on the shipped lite0 with an untrained head: at 1
            its gradient in the backbone is 250 times the heatmaps', at 0.002 half.
        presence_weight: The same for the presence head.
    """

    kind: str = "weighted"
    sigma: float = 2.0
    cutoff: float = 0.0
    whole_pixels: bool = False
    foreground_weight: float = 0.0
    top_k: int = 8
    handedness_weight: float = 0.002
    presence_weight: float = 0.005

    def __post_init__(self) -> None:
        """Check the kind and the numbers."""
        _check_choice("kind", self.kind, LOSSES)
        _check_positive("sigma", self.sigma)
        _check_positive("top_k", self.top_k)
        _check_positive("handedness_weight", self.handedness_weight)
        _check_positive("presence_weight", self.presence_weight)


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
        _check_choice("kind", self.kind, SCHEDULES)
        _check_positive("factor", self.factor)
        _check_positive("every", self.every)


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
            _check_choice("kind", self.kind, (*OPTIMIZERS, f"{ADDONS}NAME"))
        _check_positive("learning_rate", self.learning_rate)
        if self.ema is not None and not 0 < self.ema < 1:
            raise ValueError(f"`ema` must lie between 0 and 1. Received: {self.ema}")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """A whole training run.

    Attributes:
        out: Folder of the run: checkpoints, log, configuration.
        data: What is trained on.
        model: The network.
        augmentation: How samples are changed.
        loss: The loss.
        optimizer: The optimiser.
        schedule: The learning rate.
        epochs: Passes over the data.
        batch_size: Samples of a step, over all devices and workers.
        seed: Seed of weights, order and augmentation.
        strategy: `"one"` device, `"mirrored"` over all of this machine, or
            `"multi_worker"` over machines (Keras 2 only; `handypose train` sees to it).
        precision: One of `PRECISIONS`.
        jit_compile: Whether XLA compiles the step; on a CPU it was ten times slower
            (measured).
        qat: Train with the rounding of 8 bits, for `handypose export --precision
            qat-int8`; begin with trained weights. Keras 2 only (extra `keras2`);
            `handypose train` sees to it.
        save_every: Steps after which the state is saved within an epoch.
        tensorboard: Whether to write scalars and pictures for TensorBoard.
    """

    out: str
    data: DataConfig
    model: ModelConfig = ModelConfig()
    augmentation: Augmentation = PLAIN
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    epochs: int = 100
    batch_size: int = 32
    seed: int = 0
    strategy: str = "one"
    precision: str = "float32"
    jit_compile: bool = False
    qat: bool = False
    save_every: int = 1000
    tensorboard: bool = False

    def __post_init__(self) -> None:
        """Check the names and the numbers."""
        _check_choice("strategy", self.strategy, STRATEGIES)
        _check_choice("precision", self.precision, PRECISIONS)
        for name in ("epochs", "batch_size", "save_every"):
            _check_positive(name, getattr(self, name))
        if self.qat and self.precision != "float32":
            raise ValueError(
                f"`qat` needs the precision float32. Received: {self.precision!r}"
            )
        if self.seed < 0:
            raise ValueError(f"`seed` must not be negative. Received: {self.seed}")
