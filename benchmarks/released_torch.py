"""The released network's graph in PyTorch, for its time: ResNet-101, multi-level head.

Written from the keys and shapes of its state dict, so that one of its checkpoints loads
by `load_state_dict(..., strict=False)`; unused layers (`decoder.*`, `wasp.conv2`,
`wasp.bn2`) are left out. `tests/benchmarking/test_released_torch.py` holds it to the
released code's own output.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

#: Blocks, stride and dilations of the four stages at output stride 16.
_STAGES = (
    (64, [1] * 3, 1),
    (128, [1] * 4, 2),
    (256, [1] * 23, 2),
    (512, [2, 4, 8], 1),
)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside a short cut; the 3x3 one has the stride."""

    def __init__(self, inputs: int, width: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = None
        if stride > 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
                nn.BatchNorm2d(4 * width),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        short_cut = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        return functional.relu(self.bn3(self.conv3(x)) + short_cut)


class Backbone(nn.Module):
    """ResNet-101 at output stride 16; gives all four stages' features."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for number, (width, dilations, stride) in enumerate(_STAGES, start=1):
            blocks = []
            for dilation in dilations:
                blocks.append(Bottleneck(inputs, width, stride, dilation))
                inputs, stride = 4 * width, 1
            setattr(self, f"layer{number}", nn.Sequential(*blocks))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.max_pool2d(x, 3, 2, 1)
        features = []
        for number in range(1, 5):
            x = getattr(self, f"layer{number}")(x)
            features.append(x)
        return features


class Atrous(nn.Module):
    """A convolution with a rate, batch norm and ReLU."""

    def __init__(self, inputs: int, kernel: int, rate: int) -> None:
        super().__init__()
        padding = 0 if kernel == 1 else rate
        self.atrous_conv = nn.Conv2d(inputs, 256, kernel, 1, padding, rate, bias=False)
        self.bn = nn.BatchNorm2d(256)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.bn(self.atrous_conv(x)))


class MultiLevelHead(nn.Module):
    """The waterfall that meets a backbone level before each step, and the decoder."""

    def __init__(self, num_keypoints: int) -> None:
        super().__init__()
        self.aspp1 = Atrous(2048, 1, 1)
        for number, rate in enumerate((6, 12, 18), start=2):
            setattr(self, f"aspp{number}", Atrous(304, 3, rate))
        self.global_avg_pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(2048, 256, 1, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
        )
        self.conv1 = nn.Conv2d(1280, 256, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(256)
        self.conv1_low = nn.Conv2d(256, 48, 1, bias=False)
        self.conv1_lower = nn.Conv2d(512, 48, 1, bias=False)
        self.conv1_lowest = nn.Conv2d(1024, 48, 1, bias=False)
        self.bn1_low = nn.BatchNorm2d(48)
        self.last_conv = nn.Sequential(
            nn.Conv2d(400, 256, 3, 1, 1, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, 1, 1, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.Conv2d(256, num_keypoints, 1),
        )

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        deepest = features[3]
        projections = (self.conv1_low, self.conv1_lower, self.conv1_lowest)
        levels = [
            functional.relu(self.bn1_low(project(level)))
            for project, level in zip(projections, features, strict=False)
        ]
        steps = [self.aspp1(deepest)]
        for number, level in enumerate(levels, start=2):
            joined = torch.cat([steps[-1], _resize(level, deepest)], 1)
            steps.append(getattr(self, f"aspp{number}")(joined))
        pooled = _resize(self.global_avg_pool(deepest), deepest)
        waterfall = self.conv1(torch.cat([*steps, pooled], 1))
        waterfall = functional.relu(self.bn1(waterfall))
        first = functional.max_pool2d(levels[0], 3, 2, 1)
        rest = [_resize(x, first) for x in (waterfall, *levels[1:])]
        return self.last_conv(torch.cat([rest[0], first, *rest[1:]], 1))


class ReleasedNetwork(nn.Module):
    """A picture `(batch, 3, height, width)` to heatmaps at stride 8."""

    def __init__(self, num_keypoints: int = 21) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.wasp = MultiLevelHead(num_keypoints)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.wasp(self.backbone(image))


def open_released(image_size: int, num_threads: int) -> Callable[[], object]:
    """Build the network and return what runs it once, in PyTorch's fastest way here.

    Measured: memory laid out channels last takes 431 ms, as it comes 492.
    """
    torch.set_num_threads(num_threads)
    network = ReleasedNetwork().eval().to(memory_format=torch.channels_last)
    image = torch.rand(1, 3, image_size, image_size) - 0.5
    image = image.contiguous(memory_format=torch.channels_last)

    def run() -> torch.Tensor:
        with torch.inference_mode():
            return network(image)

    return run


def _resize(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(
        x, like.shape[2:], mode="bilinear", align_corners=True
    )
