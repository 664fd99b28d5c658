"""The configuration of the pose task: data, network, augmentation and loss."""

from __future__ import annotations

from dataclasses import dataclass

from handypose_tf.checks import check_choice, check_positive
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.models.presets import PRESETS
from handypose_tf.tasks.config import (
    NetworkConfig,
    SamplingConfig,
    SourceConfig,
    TaskConfig,
)

LOSSES = ("mse", "weighted", "hard")

#: What of a `LossConfig` is for heatmaps.
HEATMAP_LOSS = ("kind", "sigma", "cutoff", "whole_pixels", "foreground_weight", "top_k")


@dataclass(frozen=True, kw_only=True)
class DataConfig(SamplingConfig):
    """What is trained and validated on.

    Attributes:
        train: Data sets to train on.
        validation: Data sets that choose the best checkpoint; none is allowed.
        crop_scale: Side of the crop over the longer side of the box; `None` for the
            whole picture, stretched.
        backgrounds: Folder of pictures for what lies outside a photo.
    """

    train: tuple[SourceConfig, ...]
    validation: tuple[SourceConfig, ...] = ()
    crop_scale: float | None = DEFAULT_CROP_SCALE
    backgrounds: str | None = None

    def __post_init__(self) -> None:
        """Check what all tasks have, and that the crop shows a hand."""
        super().__post_init__()
        if self.crop_scale is not None and not 0.5 <= self.crop_scale <= 10:
            raise ValueError(
                "`crop_scale` must be from 0.5 to 10, times the box's longer side. "
                f"Received: {self.crop_scale}"
            )


@dataclass(frozen=True, kw_only=True)
class ModelConfig(NetworkConfig):
    """The pose network: what every network has, and its small heads.

    Attributes:
        preset: A name of `handypose models`.
        handedness: Add a head that tells left hands from right ones, taught by the
            hands whose side is known; MediaPipe's own network has one.
        presence: Add a head that tells hands from what is none, taught by places that
            are marked `no_hand`; MediaPipe's own network has one.
    """

    preset: str = "handypose_lite0"
    handedness: bool = False
    presence: bool = False

    def __post_init__(self) -> None:
        """Check the names."""
        super().__post_init__()
        check_choice("preset", self.preset, PRESETS)


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """The loss; see `handypose_tf.losses`. What is for heatmaps is of no use without.

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
        points_weight: What the error of points by regression counts, of networks that
            give such; see `CoordinateLoss`.
    """

    kind: str = "weighted"
    sigma: float = 2.0
    cutoff: float = 0.0
    whole_pixels: bool = False
    foreground_weight: float = 0.0
    top_k: int = 8
    handedness_weight: float = 0.002
    presence_weight: float = 0.005
    points_weight: float = 0.0003

    def __post_init__(self) -> None:
        """Check the kind and the numbers."""
        check_choice("kind", self.kind, LOSSES)
        check_positive("sigma", self.sigma)
        check_positive("top_k", self.top_k)
        check_positive("handedness_weight", self.handedness_weight)
        check_positive("presence_weight", self.presence_weight)
        check_positive("points_weight", self.points_weight)


@dataclass(frozen=True, kw_only=True)
class PoseConfig(TaskConfig):
    """The pose task: keypoints in crops of hands.

    Attributes:
        data: What is trained on.
        model: The network.
        augmentation: How samples are changed.
        loss: The loss.
    """

    data: DataConfig
    model: ModelConfig = ModelConfig()
    augmentation: Augmentation = PLAIN
    loss: LossConfig = LossConfig()

    def __post_init__(self) -> None:
        """Refuse a loss of heatmaps that the network does not give."""
        super().__post_init__()
        name = self.model.preset
        if "heatmaps" in PRESETS[name].model.keypoint_outputs:
            return
        for key in HEATMAP_LOSS:
            if (value := getattr(self.loss, key)) != getattr(LossConfig, key):
                raise ValueError(
                    f"`loss.{key}` is for heatmaps, and {name} gives points alone; "
                    f"leave it out. Received: {value!r}"
                )
