"""The hand detector as a functional Keras model, and its builder."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.layers import DecodeCenters, DecodePalms
from handypose_tf.layers.decode_centers import NUM_MAPS
from handypose_tf.litert.metadata import ModelMetadata
from handypose_tf.models.graph import (
    joined_features,
    named_backbone,
    preset_settings,
)
from handypose_tf.models.mediapipe_networks import palm_heads
from handypose_tf.models.presets import DETECTORS
from handypose_tf.models.settings_model import UNTRAINED, SettingsModel

#: What every cell begins with: a hand's centre in one of a hundred, width and height
#: `SHAPE_GAIN` times the logarithm of a quarter of the input.
_FIRST_MAPS = (-4.6, 0.0, 0.0, -5.5, -5.5, 0.0, 0.0)


@keras.utils.register_keras_serializable("handypose_tf")
class HandyPoseDetector(SettingsModel):
    """A picture to maps of where hands are, how large and how turned.

    Built by `hand_detector(...)` or from a file by `load_detector`.

    Args:
        settings: The network as data, as in `handypose_tf.models.presets.DETECTORS`.
        **kwargs: `name` of the model.

    Input shape:
        `(batch, height, width, 3)`: RGB in 0..255

    Output:
        `{"maps": (batch, height / stride, width / stride, 7)}`; `DecodeCenters` says
        what the channels mean. With MediaPipe's own heads (`decode` is `"palms"`)
        `(batch, anchors, 19)`, see `DecodePalms`
    """

    maps_name = "maps"
    result_name = "hands"
    facts = (*SettingsModel.facts, "min_score")

    def __init__(self, settings: dict[str, Any], **kwargs: Any) -> None:
        image, taps = named_backbone(settings)
        if settings["decode"] == "palms":
            maps = keras.layers.Concatenate(name="maps")([*palm_heads(taps)])
        else:
            maps = _center_maps(joined_features(taps, settings))
        super().__init__(image, {"maps": maps}, settings=settings, **kwargs)

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns this model's maps into hands."""
        most = self.settings["max_hands"]
        if self.settings["decode"] == "palms":
            return DecodePalms(self.image_size, max_hands=most, name="decode")
        return DecodeCenters(
            self.image_size, stride=self.stride, max_hands=most, name="decode"
        )

    def metadata(self, precision: str = "float32") -> ModelMetadata:
        """Return what prediction, cards and tables need to know."""
        settings = self.settings
        decode = {"method": settings["decode"], "max_hands": settings["max_hands"]}
        if settings["min_score"] is not None:
            decode["min_score"] = settings["min_score"]
        return ModelMetadata(
            kind="detector",
            keypoint_names=(),
            skeleton=(),
            crop={"scale": 1.0},
            decode=decode,
            **self.common_metadata(precision),
        )


def hand_detector(
    preset: str = "handypose_detector",
    *,
    image_size: int | tuple[int, int] | None = None,
    overrides: dict[str, dict[str, Any]] | None = None,
    batch_size: int | None = None,
) -> HandyPoseDetector:
    """Build a hand detector, without trained weights.

    Args:
        preset: A name of `handypose_tf.models.presets.DETECTORS`.
        image_size: Side or `(height, width)` of the input in pixels, multiples of 32;
            the preset's own if `None`.
        overrides: Changes to the preset's parts `backbone`, `waterfall`, `decoder`.
        batch_size: Fixed batch size, for export; free if `None`.

    Raises:
        ValueError: If the preset or an override's key is unknown.

    Examples:
        >>> model = hand_detector()
        >>> model(tf.zeros((1, 256, 256, 3)))["maps"].shape
        TensorShape([1, 32, 32, 7])
    """
    settings = preset_settings(DETECTORS, preset, overrides, image_size=image_size)
    settings.setdefault("decode", "centers")
    settings |= {"batch_size": batch_size, "min_score": None, **UNTRAINED}
    return HandyPoseDetector(settings, name=preset)


def _center_maps(features: Any) -> Any:
    """End with one 1x1 convolution for all maps."""
    return keras.layers.Conv2D(
        NUM_MAPS,
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        bias_initializer=keras.initializers.Constant(_FIRST_MAPS),
        name="maps",
    )(features)
