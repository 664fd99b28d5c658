"""The HandyPose network: its graph in one function, and its Keras model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps, build_backbone
from handypose_tf.layers import (
    DecodeHeatmaps,
    DecodePoints,
    MultiLevelFusion,
    MultiLevelWaterfall,
    SubtractMean,
    Waterfall,
    WaterfallV2,
)
from handypose_tf.litert.metadata import Decode
from handypose_tf.models import heads
from handypose_tf.models.described_model import DescribedModel
from handypose_tf.models.description import Description
from handypose_tf.models.mediapipe_networks import whole_hand
from handypose_tf.models.training_defaults import compile_defaults

_WATERFALLS = {
    "multi_level": MultiLevelWaterfall,
    "wasp_v1": Waterfall,
    "wasp_v2": WaterfallV2,
}


def build_network(
    spec: Description, own_backbone: keras.Model | None = None
) -> tuple[Any, dict[str, Any]]:
    """Draw a model's network as Fig. 1 of the paper does, as one flat graph.

    Args:
        spec: The model as data.
        own_backbone: Your own Keras model in place of the named one.

    Returns:
        The picture `(batch, height, width, 3)`, and the raw outputs by name.

    Raises:
        ValueError: If parts do not fit each other.

    References:
        Gupta, Artacho and Savakis, "HandyPose", Pattern Recognition 128, 2022.
    """
    # The picture, and the backbone's features at strides 4, 8, 16 and deepest.
    if own_backbone is None:
        image = keras.Input((*spec.image_size, 3), spec.batch_size, name="image")
        mean, x = spec.backbone.mean, image
        if mean is not None:
            x = SubtractMean(mean, name="subtract_mean")(x)
        taps = build_backbone(x, spec.backbone.name, spec.backbone.output_stride)
    else:
        image, taps = own_taps(own_backbone)
    # Without them MediaPipe's own heads are all: a hand's points, or palms.
    if spec.waterfall is None or spec.decoder is None:
        if spec.points:
            return image, _add_hand_heads({}, spec, taps)
        return image, {"maps": heads.palm_maps(taps)}

    # The waterfall: atrous convolutions, each meeting one of the backbone's levels.
    waterfall, decoder = _waterfall_and_decoder(**spec.waterfall, decoder=spec.decoder)
    levels: list[Any] = [taps.level1, taps.level2, taps.level3]
    if isinstance(waterfall, MultiLevelWaterfall):
        projected = waterfall.project_levels(levels)
        x = waterfall.join_levels(projected, taps.deepest)
        levels = projected if decoder.levels == "released" else levels
    else:
        x = waterfall.call(taps.deepest)

    # The decoder joins it with the levels once more, on the finest grid.
    x = decoder.call([*(levels[:1] if decoder.levels == "first" else levels), x])

    # The heads: one map a keypoint, or a detector's maps; what is said of the crop.
    if not spec.keypoint_names:
        return image, {"maps": heads.center_maps(x)}
    heatmaps = heads.heatmaps(x, len(spec.keypoint_names))
    return image, _add_hand_heads({"heatmaps": heatmaps}, spec, taps)


def _add_hand_heads(
    outputs: dict[str, Any], spec: Description, taps: Taps
) -> dict[str, Any]:
    """Add what is said of the hand as a whole, of those heads that a model has."""
    hand = whole_hand(taps.deepest) if spec.points else taps.deepest
    if spec.points:
        outputs["points"] = heads.points(hand, len(spec.keypoint_names))
        if "heatmaps" in outputs:
            outputs["heatmaps"] = heads.near_points(**outputs)
    if spec.world:
        outputs["depth"] = heads.depth(hand, len(spec.keypoint_names))
        outputs["world"] = heads.world(hand, len(spec.keypoint_names))
    crop = None
    if spec.crop_filters and (spec.handedness or spec.presence):
        crop = heads.crop_features(taps, spec.crop_filters)
    if spec.handedness:
        outputs["handedness"] = heads.handedness(hand, crop)
    if spec.presence:
        outputs["presence"] = heads.presence(hand, crop)
    return outputs


def _waterfall_and_decoder(
    kind: str, *, decoder: Mapping[str, Any], **waterfall: Any
) -> tuple[Waterfall, MultiLevelFusion]:
    """Return the two blocks; refuse those that do not go with each other."""
    blocks = (
        _WATERFALLS[kind](**waterfall, name="waterfall"),
        MultiLevelFusion(**decoder, name="decoder"),
    )
    if blocks[1].levels == "released" and not isinstance(
        blocks[0], MultiLevelWaterfall
    ):
        raise ValueError(
            '`levels="released"` takes the levels that a multi_level waterfall '
            f"projects. Received: a {kind} waterfall"
        )
    return blocks


def own_taps(backbone: keras.Model) -> tuple[Any, Taps]:
    """Return the input and the taps of somebody's own backbone.

    Raises:
        ValueError: If it is no model with four outputs at the strides that are needed.
    """
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


@keras.utils.register_keras_serializable("handypose_tf")
class HandyPose(DescribedModel):
    """A picture of one hand to one heatmap a joint, in one flat functional graph.

    Built by `handypose(...)` or from a file by `load_model`. Its configuration is the
    builder's data, not the graph, so that it moves between Keras 2 and Keras 3.

    Args:
        description: The model as data.
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
        all; with `points` `(batch, num_keypoints, 2)`, x and y in 0..1 by regression,
        which beside heatmaps is part of no exported file; with `world` `(batch, 3 *
        num_keypoints)`, metres from the hand's middle, and `depth` `(batch,
        num_keypoints)`, behind the wrist, over the side of the crop: both as
        MediaPipe's network tells them, without a loss. Without a waterfall there are
        no heatmaps, and keypoints are the points
    """

    result_name = "keypoints"
    facts = (
        *DescribedModel.facts,
        *("crop_scale", "calibration", "keep_score", "activation_ranges"),
    )

    def __init__(
        self,
        description: Description,
        backbone: keras.Model | None = None,
        **kwargs: Any,
    ) -> None:
        if description.kind != "pose":
            raise ValueError("`keypoint_names` must name one at least. Received: none")
        if (description.waterfall is None) != (description.decoder is None):
            raise ValueError("a pose network has `waterfall` and `decoder` or neither")
        if not description.keypoint_outputs:
            raise ValueError("a pose network without a waterfall has `points`")
        if description.world and not description.takes_world:
            raise ValueError(
                "`world` is for the hand's 21 keypoints, of a network with `points`"
            )
        image, outputs = build_network(description, backbone)
        super().__init__(
            image, outputs, description=description, backbone=backbone, **kwargs
        )
        self.maps_name = description.keypoint_outputs[0]

    @property
    def num_keypoints(self) -> int:
        """How many keypoints the model gives."""
        return len(self.description.keypoint_names)

    @property
    def has_handedness(self) -> bool:
        """Whether the model also tells left hands from right ones."""
        return self.description.handedness

    @property
    def has_presence(self) -> bool:
        """Whether the model also tells hands from what is none."""
        return self.description.presence

    @property
    def has_heatmaps(self) -> bool:
        """Whether the model gives heatmaps, not points by regression alone."""
        return self.maps_name == "heatmaps"

    @property
    def cell_offset(self) -> float:
        """Pixel of the input that heatmap cell 0 stands for."""
        offset = self.description.decode.cell_offset
        return (self.stride - 1) / 2 if offset is None else offset

    def decoder(self, method: str | None = None) -> keras.layers.Layer:
        """Return the layer that turns this model's raw output into keypoints.

        Args:
            method: Of `DecodeHeatmaps`; the model's own if `None`, or if it gives
                points.
        """
        own = self.description.decode
        if not self.has_heatmaps:
            return DecodePoints(self.image_size, name="decode")
        return DecodeHeatmaps(
            method or own.method,
            self.image_size,
            stride=self.stride,
            cell_offset=self.cell_offset,
            calibration=own.calibration,
            name="decode",
        )

    def compile_defaults(self) -> dict[str, Any]:
        """Return losses, their weights and metrics of all outputs, for `compile`.

        Examples:
            >>> model = handypose("handypose_lite0", weights="shipped")
            >>> model.compile("adam", **model.compile_defaults())
        """
        return compile_defaults(self)

    def final_decode(self) -> Decode:
        """Return the decoding with the place of cell 0."""
        if not self.has_heatmaps:
            return self.description.decode
        return replace(self.description.decode, cell_offset=self.cell_offset)
