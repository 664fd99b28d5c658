"""What the configurations of all tasks have in common, checked on construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handypose_tf.checks import check_choice, check_positive

#: Sides of a network's input, pixels: smaller ones show no hand, larger ones take all
#: memory there is.
_SIDES = (32, 1024)

LEVELS = ("stem", "level1", "level2", "level3", "deepest")


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
        check_positive("weight", self.weight)


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How samples are made of data.

    Attributes:
        samples_per_epoch: Samples of an epoch; `None` for all once.
        licence: Of the data whose files state none, for `run.json` and the model.
        on_error: `"fail"` or `"skip"` for bad records.
        num_threads: Samples made at once; one a core, at most 16, if `None`.
    """

    samples_per_epoch: int | None = None
    licence: str | None = None
    on_error: str = "fail"
    num_threads: int | None = None

    def __post_init__(self) -> None:
        """Check the policy, that all numbers are positive, and that there are data."""
        check_choice("on_error", self.on_error, ("fail", "skip"))
        for name, value in vars(self).items():
            if isinstance(value, int | float):
                check_positive(name, value)
            if name == "train" and not value:
                raise ValueError(
                    "`train` must name at least one data set. Received: none"
                )


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """A network and where its weights begin.

    Attributes:
        preset: A name of the task's presets.
        image_size: Side of the input, pixels; the preset's own if `None`.
        overrides: Changes to the preset's parts, as the builders' `overrides`.
        weights: `"imagenet"` or `"mediapipe"`, for the backbone; `"shipped"`, the
            preset's trained weights; the name of a shipped model; a `.keras` or
            `.weights.h5` file; or `None` for none.
        imagenet_file: Torchvision's state dict, for a ResNet's ImageNet weights.
        frozen: Last backbone level that is not trained: one of `LEVELS`, or `None`.
            For EfficientNet-Lite0, freezing through level 1 makes a step three times
            as fast on a CPU (measured).
    """

    preset: str
    image_size: int | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    weights: str | None = None
    imagenet_file: str | None = None
    frozen: str | None = None

    def __post_init__(self) -> None:
        """Check the size and the level."""
        least, most = _SIDES
        if self.image_size is not None and not least <= self.image_size <= most:
            raise ValueError(
                f"`image_size` must be from {least} to {most} pixels. "
                f"Received: {self.image_size}"
            )
        if self.frozen is not None:
            check_choice("frozen", self.frozen, LEVELS)


@dataclass(frozen=True, kw_only=True)
class TaskConfig:
    """What a task needs to know beside its own parts.

    Attributes:
        batch_size: Samples of a step, over all devices and workers.
        seed: Seed of weights, order and augmentation.
    """

    batch_size: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_positive("batch_size", self.batch_size)
        if not 0 <= self.seed < 2**32:
            raise ValueError(
                f"`seed` must be from 0 to 2^32 - 1. Received: {self.seed}"
            )
