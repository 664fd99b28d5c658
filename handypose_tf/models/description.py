"""A model of this library as data: its network, its decoding, and what is known of it.

A preset is one; a `.keras` file holds one as JSON; the metadata of a `.tflite` file and
a model's card are made of it. Importable without TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from handypose_tf.checks import check_choice
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.litert.metadata import (
    Decode,
    ModelFacts,
    frozen,
    known_fields,
    plain,
)

#: The parts of a network that `overrides` may change.
PARTS = ("backbone", "waterfall", "decoder")

#: The heads that say one thing of the whole crop.
CROP_HEADS = ("handedness", "presence")

#: The heads that a network may have beside its keypoints.
HEADS = (*CROP_HEADS, "world")


@dataclass(frozen=True, kw_only=True)
class BackboneSpec:
    """A named backbone.

    Attributes:
        name: One of `handypose_tf.backbones.BACKBONES`.
        output_stride: Stride of its deepest features.
        mean: Of each channel, subtracted from the picture; `None` for nothing.
    """

    name: str
    output_stride: int
    mean: tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class Description(ModelFacts):
    """A model: what it is to its users, and what its network is built from.

    Attributes:
        backbone: What the picture goes through first.
        waterfall: Its `kind` and the arguments of that layer; `None` where the
            backbone's own heads are all.
        decoder: Arguments of `MultiLevelFusion`; `None` as above.
        points: Whether the network finds points by regression, as MediaPipe's does;
            its heatmaps, if there are, count near these.
        crop_filters: Channels of the convolutions through which side and presence see
            the crop beside what points are read from; `None` for none.
        batch_size: Fixed batch size; free if `None`.
        activation_ranges: Layer -> least and greatest value, of a network that was
            trained quantisation-aware.
    """

    backbone: BackboneSpec
    waterfall: Mapping[str, Any] | None = None
    decoder: Mapping[str, Any] | None = None
    points: bool = False
    crop_filters: int | None = None
    batch_size: int | None = None
    activation_ranges: Mapping[str, tuple[float, float]] | None = None

    @property
    def keypoint_outputs(self) -> tuple[str, ...]:
        """The raw outputs of a pose network that keypoints teach; the first is decoded.

        `"heatmaps"`, `"points"` or both.
        """
        heatmaps = () if self.waterfall is None else ("heatmaps",)
        return (*heatmaps, "points") if self.points else heatmaps

    @property
    def takes_world(self) -> bool:
        """Whether it can have MediaPipe's heads for three dimensions."""
        return self.points and self.keypoint_names == KEYPOINT_NAMES

    def with_overrides(self, overrides: Mapping[str, Mapping[str, Any]]) -> Description:
        """Return the model with other arguments of its parts.

        A `waterfall` of another `kind` takes the part's place as a whole.

        Raises:
            ValueError: If there is no such part.
        """
        found = self
        for name, values in overrides.items():
            part = getattr(self, name) if name in PARTS else None
            if part is None:
                raise ValueError(
                    "`overrides` takes the keys backbone, waterfall and decoder. "
                    f"Received: {name!r}"
                    + f"; {self.preset} has no such part"
                    * (name in PARTS)
                )
            if not isinstance(values, Mapping):
                raise ValueError(
                    f"`overrides` of {name} must hold keys. Received: {values!r}"
                )
            values = frozen(values)
            if name == "backbone":
                changed = replace(part, **values)
            else:
                changed = values if "kind" in values else {**part, **values}
            found = replace(found, **{name: changed})
        return found

    def overrides_of(self, preset: Description) -> dict[str, Any]:
        """Return the parts that are not as a preset has them, as plain values."""
        return {
            part: plain(getattr(self, part))
            for part in PARTS
            if getattr(self, part) != getattr(preset, part)
        }

    def with_facts(self, **facts: Any) -> Description:
        """Return the same with other values, named as in `to_dict`."""
        return self.from_dict({**self.to_dict(), **facts})

    def to_dict(self) -> dict[str, Any]:
        """Return what a `.keras` file holds: plain values on one level."""
        decode = vars(self.decode)
        return plain({**decode, **vars(self), "decode": decode["method"]})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Description:
        """Build from what a `.keras` file holds; other values are ignored.

        Raises:
            KeyError: If a value is missing.
            TypeError: Likewise.
        """
        size = values["image_size"]
        parts = {
            "image_size": (size, size) if isinstance(size, int) else size,
            "backbone": known_fields(BackboneSpec, values["backbone"]),
            "decode": known_fields(Decode, {**values, "method": values["decode"]}),
        }
        return known_fields(cls, {**values, **parts})


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A model that is built by name, without weights.

    Attributes:
        model: The model, at the preset's own size.
        parameters: Number of weights, counted.
        macs: Multiply-accumulates of convolutions and dense layers, counted.
        text: What it is, in one line.
    """

    model: Description
    parameters: int
    macs: int
    text: str


def describe_preset(
    presets: Mapping[str, Preset],
    name: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    image_size: int | tuple[int, int] | None = None,
    **changes: Any,
) -> Description:
    """Return the model that a preset describes, with changes.

    Args:
        presets: Name to preset.
        name: One of the names.
        overrides: See `Description.with_overrides`.
        image_size: Side or `(height, width)` of the input; the preset's own if `None`.
        **changes: Of its other fields.

    Raises:
        ValueError: If the preset or an override's key is unknown.
    """
    check_choice("preset", name, presets)
    model = presets[name].model.with_overrides(overrides or {})
    size = model.image_size if image_size is None else image_size
    height, width = (size, size) if isinstance(size, int) else size
    return replace(model, image_size=(height, width), **changes)
