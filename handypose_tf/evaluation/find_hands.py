"""A Keras detector's hands in whole pictures, as `HandDetector` finds a file's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from handypose_tf.evaluation.detection import MatchedPhoto, match_photo
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    Finds,
    LabelledPhoto,
    as_finds,
    compare_finds,
)
from handypose_tf.geometry import letterbox_matrix, warp_image
from handypose_tf.images import Image
from handypose_tf.inference.hand_detector import place_hands

if TYPE_CHECKING:
    from handypose_tf.models import HandyPoseDetector

#: Pictures that are looked at at once.
_BATCH = 32


def find_hands(model: HandyPoseDetector, images: Iterable[Image]) -> Iterator[Finds]:
    """Run a detector on whole pictures, as `HandDetector` runs its file.

    Args:
        model: The detector.
        images: Pictures `(height, width, 3)` uint8 RGB, of any sizes.
    """
    batch: list[Image] = []
    for image in images:
        batch.append(image)
        if len(batch) == _BATCH:
            yield from _find(model, batch)
            batch = []
    if batch:
        yield from _find(model, batch)


def match_photos(
    model: HandyPoseDetector, photos: Sequence[LabelledPhoto]
) -> list[MatchedPhoto]:
    """Look at labelled photos, and tell hits from false alarms."""
    finds = find_hands(model, (photo.read() for photo in photos))
    return [
        match_photo(compare_finds(photo, found))
        for photo, found in zip(photos, finds, strict=True)
    ]


def _find(model: HandyPoseDetector, images: Sequence[Image]) -> Iterator[Finds]:
    size = model.image_size[0]
    matrices = [
        letterbox_matrix(image.shape[1], image.shape[0], size) for image in images
    ]
    crops = [
        warp_image(image, matrix, size)
        for image, matrix in zip(images, matrices, strict=True)
    ]
    maps = model.predict_on_batch(np.stack(crops).astype(np.float32))["maps"]
    found = np.asarray(model.decoder()(maps))
    for matrix, hands in zip(matrices, found, strict=True):
        yield as_finds(place_hands(hands, matrix, size, LOWEST_SCORE))
