"""The presets: every model that is built by name, as plain data.

`handypose(...)` builds those of `PRESETS`, `hand_detector(...)` those of `DETECTORS`.

Importable without TensorFlow. Parameters and multiply-accumulates (convolutions and
dense layers, at the preset's own image size) are checked by a test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handypose_tf.geometry import DEFAULT_CROP_SCALE
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.litert.metadata import Decode
from handypose_tf.models.description import BackboneSpec, Description, Preset

_IMAGENET_MEAN = (123.675, 116.28, 103.53)

#: What tells a pose network from a detector.
_POSE: dict[str, Any] = {
    "keypoint_names": KEYPOINT_NAMES,
    "skeleton": BONES,
    "crop_scale": DEFAULT_CROP_SCALE,
    "decode": Decode(method="dark"),
}


def _paper(name: str, **counted: Any) -> Preset:
    """Return the network as the paper's figures draw it."""
    model = Description(
        preset=name,
        image_size=(368, 368),
        backbone=BackboneSpec(
            name=name.removeprefix("handypose_"), output_stride=16, mean=_IMAGENET_MEAN
        ),
        waterfall={"kind": "multi_level", "filters": 256, "rates": (1, 6, 12, 18)},
        decoder={"filters": 256, "reduction": 48},
        **_POSE,
    )
    return Preset(model=model, **counted)


def _lite(name: str, side: int, variant: str = "", **counted: Any) -> Preset:
    """Return the network for phones on an EfficientNet-Lite."""
    backbone = f"efficientnet_lite{variant or name[-1]}"
    return _slim(name, backbone, (127.0, 127.0, 127.0), side, counted)


def _mediapipe(name: str, side: int, **counted: Any) -> Preset:
    """Return the network for phones on a landmark network of MediaPipe Hands."""
    slim = _slim(name, name.removeprefix("handypose_"), None, side, counted)
    return replace(slim, model=replace(slim.model, points=True, crop_filters=96))


def _mediapipe_hands(name: str, **counted: Any) -> Preset:
    """Return MediaPipe's own landmark network: points by regression, no heatmaps."""
    backbone = name.replace("_hands", "")
    model = Description(
        preset=name,
        image_size=(224, 224),
        backbone=BackboneSpec(name=backbone, output_stride=32, mean=None),
        points=True,
        handedness=True,
        presence=True,
        **_POSE | {"decode": Decode(method="coordinates")},
    )
    return Preset(model=model, **counted)


def _slim(
    name: str,
    backbone: str,
    mean: tuple[float, float, float] | None,
    side: int,
    counted: dict[str, Any],
) -> Preset:
    """Return a network with separable heads and ReLU6; heatmaps at stride 4."""
    slim = {"filters": 64, "reduction": 16, "separable": True, "relu": "relu6"}
    model = Description(
        preset=name,
        image_size=(side, side),
        backbone=BackboneSpec(name=backbone, output_stride=32, mean=mean),
        waterfall={"kind": "multi_level", "rates": (1, 1, 2, 3), **slim},
        decoder={"first_level": "keep", "dropout": (0.0, 0.0), **slim},
        **_POSE,
    )
    return Preset(model=model, **counted)


def _detector(name: str, side: int, **counted: Any) -> Preset:
    """Return the phones' network with maps at stride 8."""
    slim = _lite(name, side, "0", **counted)
    model = replace(
        slim.model.with_overrides({"decoder": {"first_level": "max_pool"}}),
        keypoint_names=(),
        skeleton=(),
        crop_scale=1.0,
        decode=Decode(method="centers", max_hands=16),
    )
    return replace(slim, model=model)


def _released(
    name: str, waterfall: dict[str, Any], decoder: dict[str, Any], **counted: Any
) -> Preset:
    """Return a head of the released PyTorch code on its ResNet-101."""
    mean = (128.0, 128.0, 128.0)
    model = Description(
        preset=name,
        image_size=(368, 368),
        backbone=BackboneSpec(name="resnet101", output_stride=16, mean=mean),
        waterfall={"filters": 256, **waterfall},
        decoder={"filters": 256, "reduction": 48, "align_corners": True, **decoder},
        **_POSE | {"decode": Decode(method="dark", cell_offset=0.0)},
    )
    return Preset(model=model, **counted)


def _by_name(*presets: Preset) -> dict[str, Preset]:
    return {preset.model.preset: preset for preset in presets}


_DRY = (0.0, 0.0)

PRESETS: dict[str, Preset] = _by_name(
    _mediapipe(
        "handypose_mediapipe_full",
        192,
        parameters=2_703_039,
        macs=280_644_672,
        text="MediaPipe's full hand encoder, separable multi-level waterfall",
    ),
    _mediapipe(
        "handypose_mediapipe_lite",
        192,
        parameters=1_027_807,
        macs=143_189_248,
        text="MediaPipe's lite hand encoder, separable multi-level waterfall",
    ),
    _mediapipe_hands(
        "mediapipe_hands_full",
        parameters=2_618_828,
        macs=330_872_032,
        text="MediaPipe's full hand landmark network with its own heads",
    ),
    _mediapipe_hands(
        "mediapipe_hands_lite",
        parameters=955_180,
        macs=145_549_376,
        text="MediaPipe's lite hand landmark network with its own heads",
    ),
    _lite(
        "handypose_lite0",
        192,
        parameters=3_101_205,
        macs=305_155_904,
        text="EfficientNet-Lite0, separable multi-level waterfall: for phones",
    ),
    _lite(
        "handypose_lite1",
        224,
        parameters=3_877_525,
        macs=532_623_824,
        text="EfficientNet-Lite1, separable multi-level waterfall",
    ),
    _lite(
        "handypose_lite2",
        256,
        parameters=4_520_997,
        macs=790_212_608,
        text="EfficientNet-Lite2, separable multi-level waterfall",
    ),
    _paper(
        "handypose_resnet50",
        parameters=28_736_853,
        macs=21_887_751_168,
        text="The paper's network on a ResNet-50",
    ),
    _paper(
        "handypose_resnet101",
        parameters=47_781_205,
        macs=31_906_960_384,
        text="The paper's network, as its figures draw it",
    ),
    _released(
        "handypose_resnet101_released",
        {
            "kind": "multi_level",
            "rates": (1, 6, 12, 18),
            "reduction": 48,
            "shared_norm": True,
            "align_corners": True,
        },
        {"levels": "released", "dropout": _DRY},
        parameters=47_694_229,
        macs=31_724_950_528,
        text="HandyPose as its released code has it (multi_level_waterfall)",
    ),
    _released(
        "handypose_wasp_v1_released",
        {"kind": "wasp_v1", "rates": (1, 12, 18, 24)},
        {"levels": "first", "dropout": (0.5, 0.1)},
        parameters=47_133_077,
        macs=31_280_759_808,
        text="The released code's UniPose head (wasp_v1)",
    ),
    _released(
        "handypose_wasp_v2_released",
        {"kind": "wasp_v2", "rates": (1, 6, 12, 18)},
        {"levels": "first", "dropout": _DRY},
        parameters=47_067_541,
        macs=31_003_411_456,
        text="The released code's OmniPose head (wasp_v2)",
    ),
    _released(
        "handypose_wasp_v2_mlf_released",
        {"kind": "wasp_v2", "rates": (1, 6, 12, 18)},
        {"shared_norm": True, "first_level": "resize", "dropout": _DRY},
        parameters=47_362_453,
        macs=31_549_441_024,
        text="The released code's WASPv2 with the MLF decoder (wasp_v2_mlf)",
    ),
)

#: Hands in whole pictures. Levels meet at stride 8, where the smallest hand to be found
#: (48 of 640 pixels, 19 of 256) is still 2.4 cells long.
DETECTORS: dict[str, Preset] = _by_name(
    _detector(
        "handypose_detector",
        256,
        parameters=3_100_295,
        macs=497_968_128,
        text="EfficientNet-Lite0, separable multi-level waterfall: finds hands",
    ),
    Preset(
        model=Description(
            preset="mediapipe_palm",
            image_size=(192, 192),
            backbone=BackboneSpec(name="mediapipe_palm", output_stride=32, mean=None),
            decode=Decode(method="palms", max_hands=16),
        ),
        parameters=1_136_248,
        macs=337_333_248,
        text="MediaPipe's palm detector with its own heads: finds hands",
    ),
)

#: Head of the released code -> its preset.
RELEASED_HEADS = {
    "wasp_v1": "handypose_wasp_v1_released",
    "wasp_v2": "handypose_wasp_v2_released",
    "wasp_v2_mlf": "handypose_wasp_v2_mlf_released",
    "multi_level_waterfall": "handypose_resnet101_released",
}
