"""The hand detector as a functional Keras model, and its builder."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.layers import DecodeCenters, DecodePalms
from handypose_tf.models.described_model import DescribedModel
from handypose_tf.models.description import Description, describe_preset
from handypose_tf.models.network import build_network
from handypose_tf.models.presets import DETECTORS


@keras.utils.register_keras_serializable("handypose_tf")
class HandyPoseDetector(DescribedModel):
    """A picture to maps of where hands are, how large and how turned.

    Built by `hand_detector(...)` or from a file by `load_detector`.

    Args:
        description: The model as data.
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

    def __init__(self, description: Description, **kwargs: Any) -> None:
        image, outputs = build_network(description)
        super().__init__(image, outputs, description=description, **kwargs)

    def decoder(self) -> keras.layers.Layer:
        """Return the layer that turns this model's maps into hands."""
        decode = self.description.decode
        most = decode.max_hands or 0
        if decode.method == "palms":
            return DecodePalms(self.image_size, max_hands=most, name="decode")
        return DecodeCenters(
            self.image_size, stride=self.stride, max_hands=most, name="decode"
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
    description = describe_preset(
        DETECTORS, preset, overrides, image_size=image_size, batch_size=batch_size
    )
    return HandyPoseDetector(description, name=preset)
