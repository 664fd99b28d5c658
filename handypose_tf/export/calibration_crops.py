"""Crops of annotated hands, as a model sees them: to calibrate on and to check with."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data import Reader, Record
from handypose_tf.errors import DataError, ModelError
from handypose_tf.geometry import (
    FloatArray,
    box_region,
    letterbox_matrix,
    tight_box,
    transform_points,
    warp_image,
)
from handypose_tf.images import Image
from handypose_tf.litert.metadata import ModelMetadata

#: Crops that are drawn from the data.
DEFAULT_CROPS = 200

#: Fewer show too little of the activations' ranges.
_FEWEST_CROPS = 32

#: Correlation of neighbouring pixels; photos have .9 and more, noise has 0.
_LEAST_CORRELATION = 0.5


#: Measured with handypose_mediapipe_full on 608 hands: EPE grows by .7 % calibrated on
#: 500 crops and on 100, 1.2 % on 32, 2.7 % on 8, 261 % on noise.
_COST_OF_FEW = (
    "what they do not show is cut off, by 8 bits; measured, EPE grows by 2.7 % on 8 "
    "crops and 0.7 % on 100; give 100 to 500 crops of training data"
)
_COST_OF_NOISE = (
    "ranges and rounding are for it, not for photos: measured, EPE is 3.6 times as "
    "great as of the float model; give crops of training data"
)


class CalibrationWarning(UserWarning):
    """The crops are too few or too unlike photos to calibrate on."""


@dataclass(frozen=True, eq=False)
class HandCrops:
    """Hands cut out for a model, with the way back to their pictures.

    Attributes:
        crops: `(num_hands, height, width, 3)` uint8 RGB.
        matrices: `(num_hands, 3, 3)`, picture pixels to crop pixels.
        records: The annotated hands.
    """

    crops: Image
    matrices: FloatArray
    records: tuple[Record, ...]

    def to_pictures(self, keypoints: FloatArray) -> FloatArray:
        """Move exported keypoints, 0..1 of a crop, to pixels of the pictures."""
        height, width = self.crops.shape[1:3]
        pixels = keypoints[..., :2].astype(np.float64) * (width, height) - 0.5
        back = np.linalg.inv(self.matrices)
        return np.stack([*map(transform_points, pixels, back)])


def crop_hands(records: Sequence[Record], metadata: ModelMetadata) -> HandCrops:
    """Cut annotated hands out of their pictures by a model's own crop rule.

    Boxes without a hand are left out.

    Raises:
        DataError: If there are none, or a picture cannot be read.
        ModelError: If the model's input is not square.
    """
    height, size = metadata.image_size
    if height != size:
        raise ModelError(
            f"{metadata.preset}: input is {height} x {size}; crops are square, "
            "build it with a square size"
        )
    records = [record for record in records if record.is_hand]
    if not records:
        raise DataError("no hands to crop; check the data")
    boxes = [tight_box(record.keypoints, record.visibility) for record in records]
    return _crop(records, boxes, metadata)


def crop_places(records: Sequence[Record], metadata: ModelMetadata) -> Image:
    """Cut out boxes without a hand, as `crop_hands` does hands.

    Returns:
        `(num_places, height, width, 3)` uint8 RGB; of no place, if there is none.
    """
    places = [record for record in records if not record.is_hand]
    if not places:
        return np.zeros((0, *metadata.image_size, 3), np.uint8)
    return _crop(places, [place.box for place in places], metadata).crops


def _crop(
    records: Sequence[Record], boxes: Sequence[FloatArray], metadata: ModelMetadata
) -> HandCrops:
    size = metadata.image_size[0]
    regions = [box_region(box, scale=metadata.crop_scale) for box in boxes]
    matrices = np.stack([region.matrix(size) for region in regions])
    crops = [
        warp_image(record.read_image(), matrix, size)
        for record, matrix in zip(records, matrices, strict=True)
    ]
    return HandCrops(np.stack(crops), matrices, tuple(records))


@dataclass(frozen=True, eq=False)
class Calibration:
    """Crops that show a quantiser the ranges of a network's activations.

    Attributes:
        crops: `(num_crops, height, width, 3)` uint8 RGB, as the network sees them.
        source: Where they come from, for the file's metadata.

    Warns:
        CalibrationWarning: If they are fewer than 32 or look like noise.
    """

    crops: NDArray[np.uint8]
    source: str

    def __post_init__(self) -> None:
        """Check the shape, and warn of what would cost accuracy."""
        if self.crops.ndim != 4 or self.crops.shape[-1] != 3 or not len(self.crops):
            raise ValueError(
                "`crops` must be (num_crops, height, width, 3). "
                f"Received: {self.crops.shape}"
            )
        if len(self.crops) < _FEWEST_CROPS:
            _warn(
                f"{len(self.crops)} crops of {self.source} are few to calibrate on: "
                + _COST_OF_FEW
            )
        if _is_noise(self.crops):
            _warn(f"{self.source} looks like noise, not photos: " + _COST_OF_NOISE)

    def check(self, image_size: tuple[int, int]) -> None:
        """Refuse crops of another size than the network's input.

        Raises:
            ModelError: If they are.
        """
        size = self.crops.shape[1:3]
        if size != tuple(image_size):
            raise ModelError(
                f"calibration crops are {size[0]} x {size[1]} pixels, the model takes "
                f"{image_size[0]} x {image_size[1]}; crop them anew"
            )

    def batches(self) -> Iterator[NDArray[np.float32]]:
        """Give one crop after the other, `(1, height, width, 3)` float32 in 0..255."""
        for crop in self.crops:
            yield crop[None].astype(np.float32)


def open_calibration(
    reader: Reader,
    metadata: ModelMetadata,
    *,
    count: int = DEFAULT_CROPS,
    seed: int = 0,
) -> Calibration:
    """Draw crops from training data; whole pictures for a detector.

    For a model that tells presence, half as many boxes without a hand are drawn too, if
    the data have any: what it says of them goes further than what it says of hands, and
    would be cut off.

    Raises:
        HandyPoseError: As `crop_hands`.
    """
    records, rng = reader.records(), np.random.default_rng(seed)
    if metadata.kind == "detector":
        drawn = _draw(records, count, rng)
        return Calibration(_whole_pictures(drawn, metadata.image_size[0]), str(reader))
    hands = _draw([record for record in records if record.is_hand], count, rng)
    crops = [crop_hands(hands, metadata).crops]
    if metadata.presence:
        places = [record for record in records if not record.is_hand]
        crops.append(crop_places(_draw(places, count // 2, rng), metadata))
    return Calibration(np.concatenate(crops), str(reader))


def _draw(
    records: Sequence[Record], count: int, rng: np.random.Generator
) -> list[Record]:
    chosen = rng.permutation(len(records))[:count]
    return [records[index] for index in sorted(chosen)]


def _whole_pictures(records: Sequence[Record], size: int) -> Image:
    """Lay the pictures of hands into a detector's input, each picture once."""
    pictures = {record.image_path: record for record in records}
    if not pictures:
        raise DataError("no pictures to calibrate on; check the data")
    return np.stack([_whole_picture(record, size) for record in pictures.values()])


def _whole_picture(record: Record, size: int) -> Image:
    image = record.read_image()
    matrix = letterbox_matrix(image.shape[1], image.shape[0], size)
    return warp_image(image, matrix, size)


def _is_noise(crops: NDArray[np.uint8]) -> bool:
    """Tell whether neighbouring pixels have as good as nothing in common."""
    values = crops[:_FEWEST_CROPS].astype(np.float32)
    left, right = values[:, :, :-1] - values.mean(), values[:, :, 1:] - values.mean()
    variance = float((left**2).mean())
    return float((left * right).mean()) < _LEAST_CORRELATION * max(variance, 1.0)


def _warn(message: str) -> None:
    warnings.warn(message, CalibrationWarning, stacklevel=4)
