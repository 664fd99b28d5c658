from __future__ import annotations

import cv2
import numpy as np

from handypose_tf.images import Image
from handypose_tf.labelling.duplicates import (
    MAX_DISTANCE,
    DuplicateFinder,
    perceptual_hash,
)


def scene(seed: int, side: int = 240) -> Image:
    """Return a soft picture, as photos are."""
    noise = np.random.default_rng(seed).uniform(0, 255, (12, 16, 3)).astype(np.float32)
    big = cv2.resize(noise, (side * 4 // 3, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(big, 0, 255).astype(np.uint8)


def distance(one: Image, other: Image) -> int:
    different = perceptual_hash(one) ^ perceptual_hash(other)
    return int(np.unpackbits(different).sum())


def test_copies_are_near() -> None:
    image = scene(0)
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    resized = cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    brighter = np.clip(image * 1.05 + 5, 0, 255).astype(np.uint8)
    for copy in (image, cv2.imdecode(encoded, 1), resized, brighter):
        assert distance(image, copy) <= MAX_DISTANCE


def test_other_pictures_are_far() -> None:
    assert all(distance(scene(0), scene(seed)) > 80 for seed in range(1, 20))
    assert distance(scene(0), np.ascontiguousarray(scene(0)[:, ::-1])) > 80


def test_the_finder_names_the_first() -> None:
    finder = DuplicateFinder()
    assert finder.find(perceptual_hash(scene(0))) is None
    for seed in range(200):
        finder.add(str(seed), perceptual_hash(scene(seed)))
    finder.add("again", perceptual_hash(scene(70)))
    assert finder.find(perceptual_hash(scene(70, side=200))) == "70"
    assert finder.find(perceptual_hash(scene(199))) == "199"
    assert finder.find(perceptual_hash(scene(500))) is None
