"""The field's ways to measure hand keypoints, as data.

A figure is comparable with another only within one protocol: what distances are
divided by, at which thresholds, in which order means are taken, and what crop a model
was given.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from handypose_tf.checks import check_choice, check_positive
from handypose_tf.geometry import CMU_CROP_SCALE
from handypose_tf.metrics.keypoint_metrics import (
    AUC_THRESHOLDS,
    AVERAGES,
    NORMALIZERS,
)

#: The normalisers in words, for the heads of tables.
_DIVISORS = {
    "box": "B, the longer side of the tight box of the visible points",
    "crop": f"{CMU_CROP_SCALE:g} B, B the longer side of the tight box of the visible "
    "points",
    "annotation": "the longer side of the annotation's box",
    "head": "the annotated head size",
}

_AVERAGING = {
    "points": "all visible points pooled",
    "joints": "averaged per joint, then over joints",
}


#: Boxes that a crop can be made from: around the visible points, or the data set's own.
CROP_BOXES = ("tight", "annotation")


@dataclass(frozen=True, slots=True)
class CropRule:
    """What a model is shown of a picture: a square around a box.

    Attributes:
        box: One of `CROP_BOXES`.
        scale: Side of the square over the longer side of the box; the model's own
            margin if `None`.
    """

    box: str = "tight"
    scale: float | None = None

    def __post_init__(self) -> None:
        """Check the choices."""
        check_choice("box", self.box, CROP_BOXES)
        if self.scale is not None:
            check_positive("scale", self.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One way to measure.

    Attributes:
        name: Name on the command line.
        normalizer: One of `handypose_tf.metrics.NORMALIZERS`.
        thresholds: Fractions of what the normaliser gives; their mean is reported.
        other_thresholds: Reported too, and not part of the mean.
        average: One of `handypose_tf.metrics.AVERAGES`.
        auc_thresholds: Pixels of the original picture.
        crop: What a model is shown of the picture.
        source: Who measures so.
    """

    name: str
    normalizer: str
    thresholds: tuple[float, ...]
    other_thresholds: tuple[float, ...] = ()
    average: str = "points"
    auc_thresholds: tuple[float, ...] = AUC_THRESHOLDS
    crop: CropRule = CropRule()
    source: str

    def __post_init__(self) -> None:
        """Check the choices."""
        check_choice("normalizer", self.normalizer, NORMALIZERS)
        check_choice("average", self.average, AVERAGES)

    @property
    def metric(self) -> str:
        """Name of PCK with its normaliser, e.g. `"pck_box"`."""
        return NORMALIZERS[self.normalizer]

    @property
    def reported_thresholds(self) -> tuple[float, ...]:
        """Thresholds of the mean, then the others."""
        return self.thresholds + self.other_thresholds

    def column(self, threshold: float | str) -> str:
        """Return the name of a figure, e.g. `"pck_box@0.04"` or `"pck_box@mean"`."""
        return f"{self.metric}@{threshold if threshold == 'mean' else f'{threshold:g}'}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all figures: PCK at each threshold, its mean, `"auc"`, `"epe"`."""
        marks: tuple[float | str, ...] = (*self.reported_thresholds, "mean")
        return (*(self.column(mark) for mark in marks), "auc", "epe")

    @property
    def main_column(self) -> str:
        """The figure that stands for the protocol: its mean or its only threshold."""
        return self.column("mean" if len(self.thresholds) > 1 else self.thresholds[0])

    @property
    def main_label(self) -> str:
        """`main_column` in words, e.g. `"pck_box mean of 0.04 to 0.12"`."""
        if len(self.thresholds) == 1:
            return self.main_column
        low, high = self.thresholds[0], self.thresholds[-1]
        return f"{self.metric} mean of {low:g} to {high:g}"

    @property
    def divisor(self) -> str:
        """What distances are divided by, in words."""
        return _DIVISORS[self.normalizer]

    def describe(self) -> str:
        """Return one line that says how is measured."""
        return (
            f"{self.metric} divides by {self.divisor}; a point counts if "
            f"it is strictly nearer; {_AVERAGING[self.average]}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "metric": self.metric, "description": self.describe()}


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="agmn",
            normalizer="crop",
            thresholds=(0.01, 0.02, 0.03, 0.04, 0.05, 0.06),
            crop=CropRule("annotation", CMU_CROP_SCALE),
            source="AGMN, Kong et al., BMVC 2019; R-MGMN; CMU Panoptic",
        ),
        Protocol(
            name="nsrm",
            normalizer="box",
            thresholds=(0.04, 0.06, 0.08, 0.10, 0.12),
            other_thresholds=(0.2,),
            source="NSRM, Chen et al., WACV 2020; @0.2 is this project's own",
        ),
        Protocol(
            name="mmpose",
            normalizer="annotation",
            thresholds=(0.2,),
            average="joints",
            auc_thresholds=tuple(np.arange(0, 30, 1.5).tolist()),
            crop=CropRule("annotation"),
            source="MMPose; COCO-WholeBody-Hand, OneHand10K, FreiHAND",
        ),
        Protocol(
            name="pckh",
            normalizer="head",
            thresholds=(0.7,),
            source="Simon et al., CVPR 2017, at one threshold; CMU hand_labels",
        ),
    )
}


def get_protocol(name: str) -> Protocol:
    """Return a protocol by name.

    Raises:
        ValueError: If there is no such protocol.
    """
    check_choice("name", name, tuple(PROTOCOLS))
    return PROTOCOLS[name]
