"""The HandyPose network as a functional Keras model."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.layers import DecodeHeatmaps
from handypose_tf.layers.conv_stack import activation, apply_layers
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.models.graph import (
    joined_features,
    named_backbone,
    own_backbone,
)
from handypose_tf.models.settings_model import SettingsModel
from handypose_tf.models.training_defaults import compile_defaults

#: The heads that say one thing of the whole crop, and the width of their only hidden
#: layer.
CROP_HEADS = ("handedness", "presence")
_CROP_HEAD_FILTERS = 64


@keras.utils.register_keras_serializable("handypose_tf")
class HandyPose(SettingsModel):
    """A picture of one hand to one heatmap a joint, in one flat functional graph.

    Built by `handypose(...)` or from a file by `load_model`. Its configuration is the
    builder's data, not the graph, so that it moves between Keras 2 and Keras 3.

    Args:
        settings: The network as data, as in `handypose_tf.models.presets`, with
            `keypoint_names`, `skeleton`, `crop_scale`, `decode`, `handedness`,
            `presence` and `trained`.
        backbone: Your own Keras model with four outputs (level 1 at stride 4, level 2
            at stride 8, level 3 at stride 16, deepest) in place of a named one. It
            takes the picture in 0..255 as it is.
        **kwargs: `name` of the model.

    Input shape:
        `(batch, height, width, 3)`: RGB in 0..255

    Output:
        `{"heatmaps": (batch, height / stride, width / stride, num_keypoints)}`, raw
        and linear, trained towards 1 at a joint; with `handedness` also `(batch, 1, 1,
        1)`, the logit of a left hand; with `presence` `(batch, 1)`, that of a hand at
        all
    """

    maps_name = "heatmaps"
    result_name = "keypoints"
    facts = (
        *SettingsModel.facts,
        *("crop_scale", "calibration", "activation_ranges"),
        *("min_score", "keep_score"),
    )

    def __init__(
        self,
        settings: dict[str, Any],
        backbone: keras.Model | None = None,
        **kwargs: Any,
    ) -> None:
        if backbone is None:
            image, taps = named_backbone(settings)
        else:
            image, taps = own_backbone(backbone)
        outputs = {"heatmaps": _heatmaps(joined_features(taps, settings), settings)}
        if settings.get("handedness"):
            outputs["handedness"] = _handedness(taps.deepest)
        if settings.get("presence"):
            outputs["presence"] = _presence(taps.deepest)
        super().__init__(
            image,
            outputs,
            settings=settings,
            backbone=backbone,
            **kwargs,
        )

    @property
    def num_keypoints(self) -> int:
        """How many heatmaps the model gives."""
        return len(self.settings["keypoint_names"])

    @property
    def has_handedness(self) -> bool:
        """Whether the model also tells left hands from right ones."""
        return bool(self.settings.get("handedness"))

    @property
    def has_presence(self) -> bool:
        """Whether the model also tells hands from what is none."""
        return bool(self.settings.get("presence"))

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
            calibration=self.settings.get("calibration"),
            name="decode",
        )

    def compile_defaults(self) -> dict[str, Any]:
        """Return losses, their weights and metrics of all outputs, for `compile`.

        Examples:
            >>> model = handypose("handypose_lite0", weights="shipped")
            >>> model.compile("adam", **model.compile_defaults())
        """
        return compile_defaults(self)

    def metadata(self, precision: str = "float32") -> ModelMetadata:
        """Return what prediction, cards and tables need to know."""
        settings = self.settings
        decode = {"method": settings["decode"], "cell_offset": self.cell_offset}
        if settings.get("calibration") is not None:
            decode["calibration"] = settings["calibration"]
        for limit in ("min_score", "keep_score"):
            if limit in settings:
                decode[limit] = settings[limit]
        return ModelMetadata(
            keypoint_names=tuple(settings["keypoint_names"]),
            skeleton=tuple((a, b) for a, b in settings["skeleton"]),
            crop={"scale": settings["crop_scale"]},
            decode=decode,
            handedness=self.has_handedness,
            presence=self.has_presence,
            **self.common_metadata(precision),
        )


def _heatmaps(features: Any, settings: dict[str, Any]) -> Any:
    """End with one 1x1 convolution a joint."""
    return keras.layers.Conv2D(
        len(settings["keypoint_names"]),
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        name="heatmaps",
    )(features)


def _handedness(deepest: Any) -> Any:
    """End with one number: a pooled picture of the hand, and two 1x1 convolutions."""
    layers = [
        keras.layers.GlobalAveragePooling2D(keepdims=True, name="handedness_pool"),
        keras.layers.Conv2D(
            _CROP_HEAD_FILTERS,
            1,
            kernel_initializer="he_normal",
            name="handedness_conv",
        ),
        activation("relu6", name="handedness_relu6"),
        keras.layers.Conv2D(
            1,
            1,
            dtype="float32",
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="handedness",
        ),
    ]
    return apply_layers(layers, deepest)


def _presence(deepest: Any) -> Any:
    """End with one number: a pooled picture of the crop, and two dense layers.

    Of another shape than handedness: an export finds outputs by their shapes.
    """
    layers = [
        keras.layers.GlobalAveragePooling2D(name="presence_pool"),
        keras.layers.Dense(
            _CROP_HEAD_FILTERS, kernel_initializer="he_normal", name="presence_dense"
        ),
        activation("relu6", name="presence_relu6"),
        keras.layers.Dense(
            1,
            dtype="float32",
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="presence",
        ),
    ]
    return apply_layers(layers, deepest)
