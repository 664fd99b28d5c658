"""The parts of a network's graph, from a picture to features for a last convolution."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tensorflow import keras

from handypose_tf.backbones import Taps, build_backbone
from handypose_tf.layers import (
    MultiLevelFusion,
    MultiLevelWaterfall,
    SubtractMean,
    Waterfall,
    WaterfallV2,
)

_WATERFALLS = {
    "multi_level": MultiLevelWaterfall,
    "wasp_v1": Waterfall,
    "wasp_v2": WaterfallV2,
}


def preset_settings(
    presets: Mapping[str, dict[str, Any]],
    preset: str,
    overrides: dict[str, dict[str, Any]] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Return a preset's data with changes.

    Args:
        presets: Name to data.
        preset: One of the names.
        overrides: Changes to the parts `backbone`, `waterfall` and `decoder`; one
            that names another `kind` takes the part's place as a whole.
        **changes: Changes to the whole; `None` leaves a value as it is.

    Raises:
        ValueError: If the preset or an override's key is unknown.
    """
    if preset not in presets:
        raise ValueError(f"`preset` must be one of {[*presets]}. Received: {preset!r}")
    settings = copy.deepcopy(presets[preset])
    for figure in ("parameters", "macs"):
        del settings[figure]  # of the preset as it stands; the model counts its own
    for part, values in (overrides or {}).items():
        if not isinstance(settings.get(part), dict):
            raise ValueError(
                "`overrides` takes the keys backbone, waterfall and decoder. "
                f"Received: {part!r}"
            )
        if "kind" in values:
            settings[part] = {}  # another kind takes other arguments
        settings[part].update(values)
    settings |= {name: value for name, value in changes.items() if value is not None}
    return settings | {"preset": preset}


def named_backbone(settings: dict[str, Any]) -> tuple[Any, Taps]:
    """Return the input and the taps of a backbone by name."""
    size = settings["image_size"]
    height, width = (size, size) if isinstance(size, int) else size
    image = keras.Input(
        (height, width, 3), batch_size=settings.get("batch_size"), name="image"
    )
    spec = settings["backbone"]
    x = image
    if spec["mean"] is not None:
        x = SubtractMean(spec["mean"], name="subtract_mean")(x)
    return image, build_backbone(x, spec["name"], spec["output_stride"])


def own_backbone(backbone: keras.Model) -> tuple[Any, Taps]:
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


def joined_features(taps: Taps, settings: dict[str, Any]) -> Any:
    """Inline waterfall and decoder; what comes out is on the decoder's grid."""
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
    return decoder.call([*levels, x])
