"""Hands of 21 dots, each of its own grey, and what finds them exactly."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from handypose_tf.geometry import HandRegion
from handypose_tf.images import Image
from handypose_tf.labelling import HandLabel

HEIGHT, WIDTH = 96, 128

#: Greys of the dots; the background's are below.
GREYS = 100 + 7 * np.arange(21)


def dot_positions(seed: int) -> np.ndarray:
    """Return 21 different points of whole pixels, away from the border."""
    rng = np.random.default_rng(seed)
    cells = rng.choice(8 * 10, size=21, replace=False)
    return np.stack([14 + 10 * (cells % 10), 12 + 10 * (cells // 10)], axis=1)


def draw_dots(seed: int, num_dots: int = 21) -> Image:
    """Draw dots of 5 x 5 pixels on noise."""
    rng = np.random.default_rng(seed + 1000)
    coarse = rng.integers(0, 90, (HEIGHT // 16, WIDTH // 16, 1), np.uint8)
    image = np.kron(coarse, np.ones((16, 16, 3), np.uint8))
    for (x, y), grey in zip(dot_positions(seed)[:num_dots], GREYS, strict=False):
        image[y - 2 : y + 3, x - 2 : x + 3] = grey
    return image


def find_dots(image: Image) -> np.ndarray | None:
    """Return the middles of the dots, or `None` unless all 21 are there."""
    points = []
    for grey in GREYS:
        rows, columns = np.nonzero(np.abs(image[..., 0].astype(int) - grey) <= 2)
        if not len(rows):
            return None
        points.append((columns.mean(), rows.mean()))
    return np.array(points, np.float32)


class DotTeacher:
    """Labels the dots; counts what it was asked."""

    def __init__(self, name: str = "dots") -> None:
        self.name = name
        self.num_calls = 0

    def describe(self) -> dict[str, str]:
        return {"name": self.name, "version": "1"}

    def label(self, image: Image) -> list[HandLabel]:
        self.num_calls += 1
        points = find_dots(image)
        return [] if points is None else [HandLabel(points, 0.9, 0.01, True)]


class DotEstimator:
    """Stands in for a model: surest when the picture is `upright` degrees turned."""

    def __init__(self, upright: np.ndarray) -> None:
        self.upright = upright

    def predict(self, image: Image) -> list[Any]:
        points = find_dots(image)
        if points is None:
            return []
        direction = points[9] - points[0]
        cosine = direction @ self.upright / np.linalg.norm(direction)
        return [SimpleNamespace(keypoints=points, score=float(0.5 + cosine / 2))]


class ShiftedDots:
    """Stands in for a second teacher's model: sees dots `shifts` aside, photo by photo.

    Args:
        shifts: `(21, 2)` or `(2,)` pixels each, in the order of the photos.
    """

    def __init__(self, *shifts: Any) -> None:
        self.shifts = list(shifts)
        self.regions: list[HandRegion] = []
        self.metadata = SimpleNamespace(crop_scale=1.5)

    def predict_regions(self, image: Image, regions: list[HandRegion]) -> list[Any]:
        if not regions:
            return []
        self.regions += regions
        points = find_dots(image) + np.float32(self.shifts.pop(0))
        return [SimpleNamespace(keypoints=points) for _ in regions]
