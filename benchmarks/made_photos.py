"""Made-up JPEGs with the detail of photos, and 21 points each, in the NSRM layout."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

#: Side of a picture: a CMU crop of 2.2 x a hand of about 220 px.
SIDE = 480


def write_nsrm(folder: Path, count: int = 64) -> Path:
    """Write `imgs/`, `labels.json` and `partitions.json`."""
    (folder / "imgs").mkdir(parents=True)
    rng = np.random.default_rng(0)
    labels = {}
    for number in range(count):
        name = f"{number:08d}.jpg"
        quality = [cv2.IMWRITE_JPEG_QUALITY, 90]
        cv2.imwrite(str(folder / "imgs" / name), photo(rng), quality)
        labels[name] = rng.uniform(0.25 * SIDE, 0.75 * SIDE, (21, 2)).tolist()
    (folder / "labels.json").write_text(json.dumps(labels))
    partitions = {"train": [*labels], "valid": [], "test": []}
    (folder / "partitions.json").write_text(json.dumps(partitions))
    return folder


def photo(rng: np.random.Generator) -> NDArray:
    """Return noise of all sizes, the finer the weaker, as in photos; about 60 KB."""
    total = np.zeros((SIDE, SIDE, 3), np.float32)
    for cells in (4, 12, 36, 120, SIDE):
        noise = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        scaled = cv2.resize(noise, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        total += scaled * (60 / np.sqrt(cells / 4) if cells < SIDE else 3)
    return np.clip(total + 120, 0, 255).astype(np.uint8)
