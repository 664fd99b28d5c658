"""The released loader's work in OpenCV and numpy, a picture and a joint at a time.

Read, stretch to 368 px, subtract 128 and divide by 256, and draw a Gaussian over the
whole grid of 46 x 46 cells for each of 21 joints.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from process import serve

SIZE = 368
STRIDE = 8
BATCH_SIZE = 8
SIGMA = 3.0
CUTOFF = 0.0099


def load(path: Path, points: NDArray) -> tuple[NDArray, NDArray]:
    """Return the network's input and its 21 targets."""
    image = cv2.imread(str(path))
    height, width = image.shape[:2]
    resized = cv2.resize(image, (SIZE, SIZE)).astype(np.float32)
    scaled = (points * [SIZE / width, SIZE / height]).astype(int)
    return (resized - 128) / 256, draw_targets(scaled)


def draw_targets(points: NDArray) -> NDArray:
    """Return `(46, 46, 21)` Gaussians."""
    cells = SIZE // STRIDE
    rows, columns = np.mgrid[:cells, :cells]
    targets = np.zeros((cells, cells, len(points)), np.float32)
    for joint, (x, y) in enumerate(points):
        square = (columns - x / STRIDE) ** 2 + (rows - y / STRIDE) ** 2
        targets[..., joint] = np.exp(-square / (2 * SIGMA**2))
    targets[targets < CUTOFF] = 0
    return targets


def batches(folder: Path) -> Iterator[tuple[NDArray, NDArray]]:
    """Give stacked batches for ever."""
    labels = json.loads((folder / "labels.json").read_text())
    hands = cycle(labels.items())
    while True:
        loaded = [
            load(folder / "imgs" / name, np.array(points))
            for name, points in islice(hands, BATCH_SIZE)
        ]
        images, targets = zip(*loaded, strict=True)
        yield np.stack(images), np.stack(targets)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    serve(batches(Path(sys.argv[1])), BATCH_SIZE)
