"""The configuration of the detector task: pictures, scenes made of them, network."""

from __future__ import annotations

from dataclasses import dataclass, field

from handypose_tf.checks import check_choice, check_least, check_positive
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.data.scenes.maker import SceneStyle
from handypose_tf.models.presets import DETECTORS
from handypose_tf.tasks.config import (
    NetworkConfig,
    SamplingConfig,
    SourceConfig,
    TaskConfig,
)


@dataclass(frozen=True, kw_only=True)
class PictureSourceConfig(SourceConfig):
    """One data set of whole pictures.

    Attributes:
        weight: How often its pictures are drawn for a scene; 0 for never.
        ignored: JSON of `{picture: [[x, y, width, height], ...]}`: places where there
            may be a hand without a label, beside those that a COCO file marks with
            `iscrowd`. Names are relative to `images`.
        photos: Of data to validate on: pictures that are measured as they are, the
            first ones.
    """

    ignored: str | None = None
    photos: int = 40

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.weight:
            super().__post_init__()
        check_least("photos", self.photos, 0)


@dataclass(frozen=True, kw_only=True)
class SceneDataConfig(SamplingConfig):
    """What a detector is trained and validated on.

    Attributes:
        train: Data sets whose pictures scenes are made of.
        backgrounds: Folder of pictures without hands; one in ten is for the scenes of
            the validation.
        validation: Data sets that choose the best checkpoint; none is allowed.
        samples_per_epoch: Scenes of an epoch.
        validation_scenes: Scenes of the validation, the same in every run.
    """

    train: tuple[PictureSourceConfig, ...]
    backgrounds: str
    validation: tuple[PictureSourceConfig, ...] = ()
    samples_per_epoch: int = 3200
    validation_scenes: int = 80


@dataclass(frozen=True, kw_only=True)
class DetectorModelConfig(NetworkConfig):
    """The detector's network.

    Attributes:
        preset: A name of `handypose_tf.models.presets.DETECTORS`.
    """

    preset: str = "handypose_detector"

    def __post_init__(self) -> None:
        """Check the names."""
        super().__post_init__()
        check_choice("preset", self.preset, DETECTORS)


@dataclass(frozen=True, kw_only=True)
class DetectorLossConfig:
    """The loss; see `handypose_tf.losses.DetectionLoss`.

    Attributes:
        shape_weight: What sizes and directions count beside the centres.
    """

    shape_weight: float = 0.25

    def __post_init__(self) -> None:
        """Check the weight."""
        check_positive("shape_weight", self.shape_weight)


@dataclass(frozen=True, kw_only=True)
class DetectorConfig(TaskConfig):
    """The detector task: hands in whole pictures.

    Attributes:
        data: What is trained on.
        model: The network.
        scenes: What scenes are made like: crops, turns and sizes among it.
        augmentation: How the look of scenes is changed; moves are the scenes' own.
        loss: The loss.
    """

    data: SceneDataConfig
    model: DetectorModelConfig = DetectorModelConfig()
    scenes: SceneStyle = field(default_factory=SceneStyle)
    augmentation: Augmentation = PLAIN
    loss: DetectorLossConfig = DetectorLossConfig()

    def __post_init__(self) -> None:
        """Refuse moves of pictures that scenes make themselves."""
        super().__post_init__()
        if self.augmentation.moves or self.augmentation.background:
            raise ValueError(
                "`augmentation` changes the look of scenes alone; set how they are cut "
                "and turned in `scenes`. Received: rotation, scale, shift, stretch, "
                "shear, mirror or background"
            )
