"""Annotated hands on noise: of right or wrong nobody learns anything from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np


def write_noise_hands(
    folder: Path, count: int, *, low: float, high: float
) -> dict[str, Any]:
    """Write pictures of 90 x 90 pixels; return their COCO annotations.

    Args:
        folder: Where they go.
        count: Pictures, one hand each.
        low: Least coordinate of a point, pixels.
        high: Greatest one.
    """
    rng = np.random.default_rng(3)
    images, annotations = [], []
    for number in range(count):
        name = f"{number}.png"
        cv2.imwrite(str(folder / name), rng.integers(0, 256, (90, 90, 3), np.uint8))
        images.append({"id": number, "file_name": name, "width": 90, "height": 90})
        points = np.full((21, 3), 2.0)
        points[:, :2] = rng.uniform(low, high, (21, 2))
        row = {"id": number, "image_id": number, "category_id": 1}
        annotations.append({**row, "keypoints": points.ravel().tolist()})
    return {"images": images, "annotations": annotations, "categories": []}
