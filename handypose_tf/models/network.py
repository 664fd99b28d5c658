"""The HandyPose network as a functional Keras model, and its builder."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps, build_backbone
from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.layers import (
    DecodeHeatmaps,
    MultiLevelFusion,
    MultiLevelWaterfall,
    SubtractMean,
    Waterfall,
    WaterfallV2,
)
from handypose_tf.model_metadata import ModelMetadata
from handypose_tf.models.complexity import count_macs
from handypose_tf.models.presets import PRESETS
from handypose_tf.versions import package_versions

#: What `HandyPose.describe` may set.
_FACTS = {
    "trained",
    "licence",
    "training_data",
    "accuracy",
    "decode",
    "crop_scale",
}

_WATERFALLS = {
    "multi_level": MultiLevelWaterfall,
    "wasp_v1": Waterfall,
    "wasp_v2": WaterfallV2,
}


@keras.utils.register_keras_serializable("handypose_tf")
class HandyPose(keras.Model):
    """A picture of one hand to one heatmap a joint, in one flat functional graph.

    Built by `handypose(...)` or from a file by `load_model`. Its configuration is the
    builder's data, not the graph, so that it moves between Keras 2 and Keras 3.

    Args:
        settings: The network as data, as in `handypose_tf.models.presets`, with
            `keypoint_names`, `skeleton`, `crop_scale`, `decode` and `trained`.
        backbone: Your own Keras model with four outputs (level 1 at stride 4, level 2
            at stride 8, level 3 at stride 16, deepest) in place of a named one. It
            takes the picture in 0..255 as it is.
        **kwargs: `name` of the model.

    Input shape:
        `(batch, height, width, 3)`: RGB in 0..255

    Output:
        `{"heatmaps": (batch, height / stride, width / stride, num_keypoints)}`, raw
        and linear, trained towards 1 at a joint
    """

    def __init__(
        self,
        settings: dict[str, Any],
        backbone: keras.Model | None = None,
        **kwargs: Any,
    ) -> None:
        """Build the graph."""
        if backbone is None:
            image, taps = _named_backbone(settings)
        else:
            image, taps = _own_backbone(backbone)
        heatmaps = _head(taps, settings)
        super().__init__(inputs=image, outputs={"heatmaps": heatmaps}, **kwargs)
        # A function, as Keras would save a model in an attribute as one more layer.
        self.own_backbone = lambda: backbone
        self._settings_json = json.dumps(settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The network as data; a copy."""
        return json.loads(self._settings_json)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the input in pixels."""
        height, width = self.input_shape[1:3]
        return height, width

    @property
    def num_keypoints(self) -> int:
        """How many heatmaps the model gives."""
        return len(self.settings["keypoint_names"])

    @property
    def stride(self) -> int:
        """Pixels of the input a heatmap cell."""
        return round(self.image_size[0] / self.outputs[0].shape[1])

    @property
    def cell_offset(self) -> float:
        """Pixel of the input that heatmap cell 0 stands for."""
        return self.settings.get("cell_offset", (self.stride - 1) / 2)

    def decoder(self, method: str | None = None) -> DecodeHeatmaps:
        """Return the layer that turns this model's heatmaps into keypoints.

        Args:
            method: A method of `DecodeHeatmaps`; the model's own if `None`.
        """
        return DecodeHeatmaps(
            method or self.settings["decode"],
            self.image_size,
            stride=self.stride,
            cell_offset=self.cell_offset,
            name="decode",
        )

    def describe(self, **facts: Any) -> None:
        """Add facts to the settings that travel with the model's files.

        Args:
            **facts: Any of `trained`, `licence`, `training_data`, `accuracy`,
                `decode` and `crop_scale`.
        """
        unknown = facts.keys() - _FACTS
        if unknown:
            raise ValueError(f"Facts are {sorted(_FACTS)}. Received: {sorted(unknown)}")
        self._settings_json = json.dumps({**self.settings, **facts})

    def metadata(self, precision: str = "float32") -> ModelMetadata:
        """Return what prediction, cards and tables need to know."""
        settings = self.settings
        return ModelMetadata(
            preset=settings["preset"],
            image_size=self.image_size,
            keypoint_names=tuple(settings["keypoint_names"]),
            skeleton=tuple((a, b) for a, b in settings["skeleton"]),
            crop={"scale": settings["crop_scale"]},
            decode={"method": settings["decode"], "cell_offset": self.cell_offset},
            precision=precision,
            trained=settings["trained"],
            parameters=self.count_params(),
            macs=count_macs(self),
            licence=settings["licence"],
            training_data=settings["training_data"],
            accuracy=settings["accuracy"],
            versions=package_versions(),
        )

    def get_config(self) -> dict[str, Any]:
        """Return the builder's data, and the own backbone if there is one."""
        config: dict[str, Any] = {"name": self.name, "settings": self.settings}
        backbone = self.own_backbone()
        if backbone is not None:
            config["backbone"] = keras.utils.serialize_keras_object(backbone)
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> HandyPose:
        """Rebuild a model, without weights."""
        config = dict(config)
        if isinstance(config.get("backbone"), dict):
            config["backbone"] = keras.utils.deserialize_keras_object(
                config["backbone"], custom_objects=custom_objects
            )
        return cls(**config)


def handypose(
    preset: str = "handypose_lite0",
    *,
    image_size: int | tuple[int, int] | None = None,
    keypoint_names: Sequence[str] = KEYPOINT_NAMES,
    skeleton: Sequence[tuple[int, int]] = BONES,
    backbone: keras.Model | None = None,
    overrides: dict[str, dict[str, Any]] | None = None,
    batch_size: int | None = None,
) -> HandyPose:
    """Build a HandyPose model, without trained weights.

    Args:
        preset: A name of `handypose_tf.models.presets.PRESETS`.
        image_size: Side or `(height, width)` of the input in pixels; multiples of 32
            keep all grids aligned. The preset's own if `None`.
        keypoint_names: One name a heatmap; other sets of points than the hand's 21
            are as welcome.
        skeleton: Bones as pairs of indices into the names, for drawing.
        backbone: Your own Keras model with four outputs at strides 4, 8, 16 and
            deepest; see `HandyPose`.
        overrides: Changes to the preset's parts, e.g. `{"decoder": {"filters": 96}}`
            for the keys `backbone`, `waterfall` and `decoder`.
        batch_size: Fixed batch size, for export; free if `None`.

    Raises:
        ValueError: If the preset or an override's key is unknown.

    Example:
        >>> model = handypose("handypose_lite0")
        >>> model(tf.zeros((1, 192, 192, 3)))["heatmaps"].shape
        TensorShape([1, 48, 48, 21])
    """
    if preset not in PRESETS:
        raise ValueError(f"`preset` must be one of {[*PRESETS]}. Received: {preset!r}")
    settings = copy.deepcopy(PRESETS[preset])
    for figure in ("parameters", "macs"):
        del settings[figure]  # of the preset as it stands; the model counts its own
    for part, changes in (overrides or {}).items():
        if not isinstance(settings.get(part), dict):
            raise ValueError(
                "`overrides` takes the keys backbone, waterfall and decoder. "
                f"Received: {part!r}"
            )
        settings[part].update(changes)
    if image_size is not None:
        settings["image_size"] = image_size
    settings |= {
        "preset": preset,
        "batch_size": batch_size,
        "keypoint_names": [*keypoint_names],
        "skeleton": [[int(a), int(b)] for a, b in skeleton],
        "crop_scale": DEFAULT_CROP_SCALE,
        "decode": "dark",
        "trained": False,
        "licence": "none: untrained",
        "training_data": "none",
        "accuracy": {},
    }
    return HandyPose(settings, backbone, name=preset)


def _named_backbone(settings: dict[str, Any]) -> tuple[Any, Taps]:
    size = settings["image_size"]
    height, width = (size, size) if isinstance(size, int) else size
    image = keras.Input(
        (height, width, 3), batch_size=settings["batch_size"], name="image"
    )
    spec = settings["backbone"]
    centered = SubtractMean(spec["mean"], name="subtract_mean")(image)
    return image, build_backbone(centered, spec["name"], spec["output_stride"])


def _own_backbone(backbone: keras.Model) -> tuple[Any, Taps]:
    if not isinstance(backbone, keras.Model):
        raise ValueError(f"`backbone` must be a Keras model. Received: {backbone!r}")
    if len(backbone.inputs) != 1 or len(backbone.outputs) != 4:
        raise ValueError(
            "`backbone` must have one input and four outputs (strides 4, 8, 16 and "
            f"deepest). Received: {len(backbone.inputs)} inputs and "
            f"{len(backbone.outputs)} outputs"
        )
    size = tuple(backbone.inputs[0].shape[1:3])
    for output, stride in zip(backbone.outputs[:3], (4, 8, 16), strict=True):
        grid = tuple(side and -(-side // stride) for side in size)
        if None in size or tuple(output.shape[1:3]) != grid:
            raise ValueError(
                f"`backbone` must have a static input size and an output at stride "
                f"{stride}. Received: input {tuple(backbone.inputs[0].shape)}, output "
                f"{tuple(output.shape)}"
            )
    return backbone.inputs[0], Taps(*backbone.outputs)


def _head(taps: Taps, settings: dict[str, Any]) -> Any:
    """Inline waterfall and decoder, and end with one 1x1 convolution a joint."""
    spec = dict(settings["waterfall"])
    kind = spec.pop("kind")
    waterfall = _WATERFALLS[kind](**spec, name="waterfall")
    decoder = MultiLevelFusion(**settings["decoder"], name="decoder")
    levels: list[Any] = [taps.level1, taps.level2, taps.level3]
    if isinstance(waterfall, MultiLevelWaterfall):
        projected = waterfall.project_levels(levels)
        x = waterfall.join_levels(projected, taps.deepest)
        levels = projected if decoder.levels == "released" else levels
    elif decoder.levels == "released":
        raise ValueError(
            '`levels="released"` takes the levels that a multi_level waterfall '
            f"projects. Received: a {kind} waterfall"
        )
    else:
        x = waterfall.call(taps.deepest)
    if decoder.levels == "first":
        levels = levels[:1]
    x = decoder.call([*levels, x])
    return keras.layers.Conv2D(
        len(settings["keypoint_names"]),
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        name="heatmaps",
    )(x)
