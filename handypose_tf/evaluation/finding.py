"""How well hands are found in whole photos: who looks, at which photos, to what end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from handypose_tf.data.sample import Record
from handypose_tf.evaluation.bootstrap import Estimate
from handypose_tf.evaluation.detection import (
    MatchedPhoto,
    PhotoDetections,
    match_photo,
    recall_at,
    recall_estimate,
)
from handypose_tf.geometry import (
    FloatArray,
    letterbox_matrix,
    tight_box,
    warp_image,
)
from handypose_tf.images import Image, read_image
from handypose_tf.inference.hand_detector import DetectedHand, place_hands
from handypose_tf.inference.hand_pose import HandPose

if TYPE_CHECKING:
    from handypose_tf.models import HandyPoseDetector

#: What scores less is not looked at.
LOWEST_SCORE = 0.02

#: False alarms a photo at which recall is told.
FALSE_ALARMS = (0.1, 0.5, 1.0)

#: Pictures that a Keras detector looks at at once.
_BATCH = 32

#: Boxes `(num_found, 4)` of a picture's hands, x, y, width, height, and their scores.
Finds = tuple[FloatArray, FloatArray]
Finder = Callable[[Image], Finds]


@dataclass(frozen=True, eq=False)
class LabelledPhoto:
    """A photo, and what is known of the hands in it.

    Attributes:
        truth: `(num_hands, 4)`, boxes of the hands that count.
        ignored: `(num_ignored, 4)`, boxes where a find counts neither way.
        path: Its file; empty where `image` holds it.
        image: The picture itself, where no file does.
    """

    truth: FloatArray
    ignored: FloatArray
    path: str = ""
    image: Image | None = field(default=None, repr=False)

    def read(self) -> Image:
        """Return the picture."""
        return read_image(self.path) if self.image is None else self.image


def labelled_photos(
    records: Iterable[Record],
    *,
    min_size: float = 0.0,
    tight: bool = False,
    ignored: Mapping[str, FloatArray] | None = None,
) -> list[LabelledPhoto]:
    """Gather labelled hands by their photos.

    Args:
        records: The hands; what is none is left out.
        min_size: Hands whose box's longer side is shorter, in pixels, count neither
            way.
        tight: Take the tight box of the labelled points, not the labelled box.
        ignored: Photo to further boxes where a find counts neither way.
    """
    groups: dict[str, list[FloatArray]] = {}
    for record in records:
        if record.is_hand:
            own = tight_box(record.keypoints, record.visibility)
            box = own if tight else record.box
            groups.setdefault(record.image_path, []).append(box)
    photos = []
    for path, boxes in groups.items():
        every = np.array(boxes)
        counts = every[:, 2:].max(axis=1) >= min_size
        further = (ignored or {}).get(path, np.zeros((0, 4)))
        hidden = np.concatenate([every[~counts], further])
        photos.append(LabelledPhoto(every[counts], hidden, path))
    return photos


def as_finds(hands: Sequence[DetectedHand] | Sequence[HandPose]) -> Finds:
    """Return boxes and scores of a detector's or an estimator's hands."""
    boxes = np.array([hand.box for hand in hands]).reshape(-1, 4)
    return boxes, np.array([hand.score for hand in hands])


def compare_finds(photo: LabelledPhoto, finds: Finds) -> PhotoDetections:
    """Put what was found in a photo beside what was labelled."""
    return PhotoDetections(photo.truth, *finds, photo.ignored)


def find_in_photos(
    find: Finder, photos: Iterable[LabelledPhoto]
) -> list[PhotoDetections]:
    """Look at photos one after the other."""
    return [compare_finds(photo, find(photo.read())) for photo in photos]


def find_hands(model: HandyPoseDetector, images: Iterable[Image]) -> Iterator[Finds]:
    """Run a detector on whole pictures, as `HandDetector` runs its file.

    Args:
        model: The detector.
        images: Pictures `(height, width, 3)` uint8 RGB, of any sizes.
    """
    rest = iter(images)
    while batch := [*islice(rest, _BATCH)]:
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


@dataclass(frozen=True)
class FindingResult:
    """How well hands were found in photos.

    Attributes:
        num_photos: Photos.
        num_hands: Hands that count.
        recalls: False alarms a photo -> share of the hands found, with its 95 %
            interval by resampling photos.
        thresholds: False alarms a photo -> lowest score that keeps to them; infinite
            where none does.
    """

    num_photos: int
    num_hands: int
    recalls: Mapping[float, Estimate]
    thresholds: Mapping[float, float]

    def threshold(self, alarms: float) -> float | None:
        """Return the lowest score that keeps to them; `None` where none does."""
        score = self.thresholds[alarms]
        return score if math.isfinite(score) else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "num_photos": self.num_photos,
            "num_hands": self.num_hands,
            **{
                f"recall@{alarms:g}": {
                    **recall.to_dict(),
                    "threshold": self.threshold(alarms),
                }
                for alarms, recall in self.recalls.items()
            },
        }


def measure_finding(
    photos: Sequence[PhotoDetections],
    false_alarms: Sequence[float] = FALSE_ALARMS,
) -> FindingResult:
    """Return how many of the hands were found, by how many false alarms they cost."""
    matched: list[MatchedPhoto] = [match_photo(photo) for photo in photos]
    return FindingResult(
        num_photos=len(matched),
        num_hands=sum(photo.num_hands for photo in matched),
        recalls={n: recall_estimate(matched, n) for n in false_alarms},
        thresholds={n: recall_at(matched, n)[1] for n in false_alarms},
    )
