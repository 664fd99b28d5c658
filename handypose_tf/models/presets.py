"""The presets: every model that is built by name, as plain data.

`handypose(...)` builds those of `PRESETS`, `hand_detector(...)` those of `DETECTORS`.

Importable without TensorFlow. Parameters and multiply-accumulates (convolutions and
dense layers, at the preset's own image size) are checked by a test.
"""

from __future__ import annotations

from typing import Any

_IMAGENET_MEAN = (123.675, 116.28, 103.53)


def _paper(backbone: str, **facts: Any) -> dict[str, Any]:
    """Return the network as the paper's figures draw it."""
    return {
        "image_size": 368,
        "backbone": {"name": backbone, "output_stride": 16, "mean": _IMAGENET_MEAN},
        "waterfall": {"kind": "multi_level", "filters": 256, "rates": (1, 6, 12, 18)},
        "decoder": {"filters": 256, "reduction": 48},
        **facts,
    }


def _lite(variant: int, image_size: int, **facts: Any) -> dict[str, Any]:
    """Return the network for phones on an EfficientNet-Lite."""
    return _slim(
        f"efficientnet_lite{variant}", (127.0, 127.0, 127.0), image_size, facts
    )


def _mediapipe(variant: str, image_size: int, **facts: Any) -> dict[str, Any]:
    """Return the network for phones on an encoder of MediaPipe Hands."""
    return _slim(f"mediapipe_{variant}", None, image_size, facts)


def _slim(
    backbone: str,
    mean: tuple[float, float, float] | None,
    image_size: int,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Return a network with separable heads and ReLU6; heatmaps at stride 4."""
    slim = {"separable": True, "relu": "relu6"}
    return {
        "image_size": image_size,
        "backbone": {"name": backbone, "output_stride": 32, "mean": mean},
        "waterfall": {
            "kind": "multi_level",
            "filters": 64,
            "rates": (1, 1, 2, 3),
            "reduction": 16,
            **slim,
        },
        "decoder": {
            "filters": 64,
            "reduction": 16,
            "first_level": "keep",
            "dropout": (0.0, 0.0),
            **slim,
        },
        **facts,
    }


def _detector(variant: int, image_size: int, **facts: Any) -> dict[str, Any]:
    """Return the phones' network with maps at stride 8."""
    settings = _lite(variant, image_size, **facts)
    settings["decoder"]["first_level"] = "max_pool"
    return settings | {"max_hands": 16}


def _released(waterfall: dict[str, Any], decoder: dict[str, Any], **facts: Any) -> Any:
    """Return a head of the released PyTorch code on its ResNet-101."""
    return {
        "image_size": 368,
        "backbone": {
            "name": "resnet101",
            "output_stride": 16,
            "mean": (128.0, 128.0, 128.0),
        },
        "waterfall": {"filters": 256, **waterfall},
        "decoder": {"filters": 256, "reduction": 48, "align_corners": True, **decoder},
        "cell_offset": 0.0,
        **facts,
    }


_DRY = (0.0, 0.0)

PRESETS: dict[str, dict[str, Any]] = {
    "handypose_mediapipe_full": _mediapipe(
        "full",
        192,
        parameters=2_420_757,
        macs=272_260_416,
        description="MediaPipe's full hand encoder, separable multi-level waterfall",
    ),
    "handypose_mediapipe_lite": _mediapipe(
        "lite",
        192,
        parameters=916_885,
        macs=140_233_792,
        description="MediaPipe's lite hand encoder, separable multi-level waterfall",
    ),
    "handypose_lite0": _lite(
        0,
        192,
        parameters=3_101_205,
        macs=305_155_904,
        description="EfficientNet-Lite0, separable multi-level waterfall: for phones",
    ),
    "handypose_lite1": _lite(
        1,
        224,
        parameters=3_877_525,
        macs=532_623_824,
        description="EfficientNet-Lite1, separable multi-level waterfall",
    ),
    "handypose_lite2": _lite(
        2,
        256,
        parameters=4_520_997,
        macs=790_212_608,
        description="EfficientNet-Lite2, separable multi-level waterfall",
    ),
    "handypose_resnet50": _paper(
        "resnet50",
        parameters=28_736_853,
        macs=21_887_751_168,
        description="The paper's network on a ResNet-50",
    ),
    "handypose_resnet101": _paper(
        "resnet101",
        parameters=47_781_205,
        macs=31_906_960_384,
        description="The paper's network, as its figures draw it",
    ),
    "handypose_resnet101_released": _released(
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
        description="HandyPose as its released code has it (multi_level_waterfall)",
    ),
    "handypose_wasp_v1_released": _released(
        {"kind": "wasp_v1", "rates": (1, 12, 18, 24)},
        {"levels": "first", "dropout": (0.5, 0.1)},
        parameters=47_133_077,
        macs=31_280_759_808,
        description="The released code's UniPose head (wasp_v1)",
    ),
    "handypose_wasp_v2_released": _released(
        {"kind": "wasp_v2", "rates": (1, 6, 12, 18)},
        {"levels": "first", "dropout": _DRY},
        parameters=47_067_541,
        macs=31_003_411_456,
        description="The released code's OmniPose head (wasp_v2)",
    ),
    "handypose_wasp_v2_mlf_released": _released(
        {"kind": "wasp_v2", "rates": (1, 6, 12, 18)},
        {"shared_norm": True, "first_level": "resize", "dropout": _DRY},
        parameters=47_362_453,
        macs=31_549_441_024,
        description="The released code's WASPv2 with the MLF decoder (wasp_v2_mlf)",
    ),
}

#: Hands in whole pictures. Levels meet at stride 8, where the smallest hand to be found
#: (48 of 640 pixels, 19 of 256) is still 2.4 cells long.
DETECTORS: dict[str, dict[str, Any]] = {
    "handypose_detector": _detector(
        0,
        256,
        parameters=3_100_295,
        macs=497_968_128,
        description="EfficientNet-Lite0, separable multi-level waterfall: finds hands",
    ),
    "mediapipe_palm": {
        "image_size": 192,
        "backbone": {"name": "mediapipe_palm", "output_stride": 32, "mean": None},
        "decode": "palms",
        "max_hands": 16,
        "parameters": 1_136_248,
        "macs": 337_333_248,
        "description": "MediaPipe's palm detector with its own heads: finds hands",
    },
}

#: Head of the released code -> its preset.
RELEASED_HEADS = {
    "wasp_v1": "handypose_wasp_v1_released",
    "wasp_v2": "handypose_wasp_v2_released",
    "wasp_v2_mlf": "handypose_wasp_v2_mlf_released",
    "multi_level_waterfall": "handypose_resnet101_released",
}
