"""albumentations doing what this library's standard augmentation does, with keypoints.

Strengths are those of `handypose_tf.data.augment.strengths.STANDARD`, in this library's
own terms. The picture is reduced to 368 px first, which is to its advantage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import albumentations as A
import cv2
import numpy as np
from numpy.typing import NDArray
from process import serve

SIZE = 368
BATCH_SIZE = 8

TRANSFORM = A.Compose(
    [
        A.Resize(SIZE, SIZE),
        A.HorizontalFlip(p=0.5),
        A.Affine(
            scale={"x": (0.64, 1.57), "y": (0.64, 1.57)},
            translate_percent=(-0.08, 0.08),
            rotate=(-180, 180),
            shear=(-6, 6),
            p=1,
        ),
        A.CoarseDropout(
            num_holes_range=(1, 3),
            hole_height_range=(0.06, 0.3),
            hole_width_range=(0.06, 0.3),
            fill="random_uniform",
            p=0.35,
        ),
        A.RandomGamma((50, 200), p=1),
        A.RandomBrightnessContrast(0.1, 0.4, p=1),
        A.MultiplicativeNoise((0.8, 1.25), per_channel=True, p=1),
        A.ColorJitter(
            brightness=(1, 1), contrast=(1, 1), saturation=(0.5, 1.5), hue=(0, 0), p=1
        ),
        A.ToGray(p=0.08),
        A.Illumination(mode="linear", intensity_range=(0.05, 0.2), p=0.3),
        A.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 2.2), p=0.3),
        A.Downscale((0.2, 0.7), p=0.25),
        A.GaussNoise((0.0, 14 / 255), p=0.3),
        A.ImageCompression(quality_range=(15, 90), p=0.3),
    ],
    keypoint_params=A.KeypointParams("xy", remove_invisible=False),
)


def load(path: Path, points: list[list[float]]) -> tuple[NDArray, NDArray]:
    """Return a picture and its points, augmented."""
    image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    found = TRANSFORM(image=image, keypoints=np.array(points, np.float32))
    return found["image"], found["keypoints"]


def batches(folder: Path) -> Iterator[tuple[NDArray, NDArray]]:
    """Give stacked batches for ever."""
    hands = cycle(json.loads((folder / "labels.json").read_text()).items())
    while True:
        loaded = [
            load(folder / "imgs" / name, points)
            for name, points in islice(hands, BATCH_SIZE)
        ]
        images, keypoints = zip(*loaded, strict=True)
        yield np.stack(images), np.stack(keypoints)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    serve(batches(Path(sys.argv[1])), BATCH_SIZE)
