"""Checkpoints of the released PyTorch code (HandyPose, UniPose, OmniPose heads)."""

from __future__ import annotations

from pathlib import Path

from handypose_tf.checks import check_choice
from handypose_tf.models.build import handypose
from handypose_tf.models.network import HandyPose
from handypose_tf.models.presets import RELEASED_HEADS
from handypose_tf.weights.assign import assign
from handypose_tf.weights.fold_scale import fold_scale
from handypose_tf.weights.imagenet import resnet_arrays
from handypose_tf.weights.state_dict import StateDict, read_state_dict
from handypose_tf.weights.torch_layers import TorchLayers

#: The released code feeds (x - 128) / 256.
_SCALE = 256.0
_EPSILON = 1e-5


def import_released(path: str | Path, head: str, *, image_size: int = 368) -> HandyPose:
    """Build the Keras model of a released checkpoint.

    The model takes RGB in 0..255 like every other: the released code's BGR order and
    its normalisation go into the first convolution and its batch norm.

    Args:
        path: A state dict, bare or under `state_dict`, with or without `module.`.
        head: A key of `RELEASED_HEADS`; which of the four heads it is.
        image_size: Side of the input in pixels.

    Raises:
        ValueError: If the head is unknown.
        ModelError: If the file is no checkpoint, or its keys or shapes do not fit.
    """
    return build_released(
        read_state_dict(path), head, image_size=image_size, source=str(path)
    )


def build_released(
    state: StateDict, head: str, *, image_size: int = 368, source: str = "state dict"
) -> HandyPose:
    """Build the Keras model of a released head from arrays by key.

    Args:
        state: Arrays by the released code's keys, as `read_state_dict` gives them.
        head: See `import_released`.
        image_size: See `import_released`.
        source: Where the arrays come from, for messages.

    Raises:
        ValueError: If the head is unknown.
        ModelError: If keys or shapes do not fit; they are listed.
    """
    check_choice("head", head, RELEASED_HEADS)
    torch = TorchLayers(state, source)
    arrays = resnet_arrays(torch, 101, prefix="backbone.")
    arrays |= _waterfall(torch) | _HEADS[head](torch)
    torch.check()
    kernel = arrays["conv1"][0][:, :, ::-1]
    kernel, norm = fold_scale(kernel, arrays["bn1"], _SCALE, epsilon=_EPSILON)
    arrays |= {"conv1": [kernel], "bn1": norm}
    model = handypose(RELEASED_HEADS[head], image_size=image_size)
    assign(model.layers, arrays, source)
    return model


def _waterfall(torch: TorchLayers) -> dict[str, list]:
    """Return what all four heads' waterfalls have."""
    arrays = {
        "waterfall_pool_conv": torch.conv("wasp.global_avg_pool.1"),
        "waterfall_pool_norm": torch.norm("wasp.global_avg_pool.2"),
        "waterfall_merge_conv": torch.conv("wasp.conv1"),
        "waterfall_merge_norm": torch.norm("wasp.bn1"),
    }
    for i in range(1, 5):
        arrays[f"waterfall_step{i}_conv"] = torch.conv(f"wasp.aspp{i}.atrous_conv")
        arrays[f"waterfall_step{i}_norm"] = torch.norm(f"wasp.aspp{i}.bn")
    return arrays


def _last_conv(
    torch: TorchLayers, prefix: str, indices: tuple[int, int, int]
) -> dict[str, list]:
    """Return the decoder's two 3x3 convolutions and the last 1x1."""
    first, second, last = indices
    return {
        "decoder_conv1_conv": torch.conv(f"{prefix}.{first}"),
        "decoder_conv1_norm": torch.norm(f"{prefix}.{first + 1}"),
        "decoder_conv2_conv": torch.conv(f"{prefix}.{second}"),
        "decoder_conv2_norm": torch.norm(f"{prefix}.{second + 1}"),
        "heatmaps": torch.conv(f"{prefix}.{last}", bias=True),
    }


def _wasp_v1(torch: TorchLayers) -> dict[str, list]:
    dead = ("decoder.conv1_low", "decoder.conv2.", "decoder.bn2.")
    torch.leave(*dead)
    return {
        "waterfall_shared_conv": torch.conv("wasp.conv2"),
        "decoder_level1_conv": torch.conv("decoder.conv1"),
        "decoder_level1_norm": torch.norm("decoder.bn1"),
        **_last_conv(torch, "decoder.last_conv", (0, 4, 8)),
    }


def _wasp_v2(torch: TorchLayers) -> dict[str, list]:
    torch.leave("decoder.")
    return {
        "decoder_level1_conv": torch.conv("wasp.conv2"),
        "decoder_level1_norm": torch.norm("wasp.bn2"),
        **_last_conv(torch, "wasp.last_conv", (0, 3, 6)),
    }


def _wasp_v2_mlf(torch: TorchLayers) -> dict[str, list]:
    torch.leave("decoder.")
    return {
        "decoder_level1_conv": torch.conv("wasp.conv2"),
        "decoder_level2_conv": torch.conv("wasp.conv2_lower"),
        "decoder_level3_conv": torch.conv("wasp.conv2_lowest"),
        "decoder_levels_norm": torch.norm("wasp.bn2"),
        **_last_conv(torch, "wasp.last_conv", (0, 3, 6)),
    }


def _multi_level_waterfall(torch: TorchLayers) -> dict[str, list]:
    torch.leave("decoder.", "wasp.conv2.", "wasp.bn2.")
    return {
        "waterfall_level1_conv": torch.conv("wasp.conv1_low"),
        "waterfall_level2_conv": torch.conv("wasp.conv1_lower"),
        "waterfall_level3_conv": torch.conv("wasp.conv1_lowest"),
        "waterfall_levels_norm": torch.norm("wasp.bn1_low"),
        **_last_conv(torch, "wasp.last_conv", (0, 3, 6)),
    }


_HEADS = {
    "wasp_v1": _wasp_v1,
    "wasp_v2": _wasp_v2,
    "wasp_v2_mlf": _wasp_v2_mlf,
    "multi_level_waterfall": _multi_level_waterfall,
}
