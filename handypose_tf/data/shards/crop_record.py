"""Cutting a hand out of its picture, with its labels, for storage."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from handypose_tf.checks import check_positive
from handypose_tf.data.polygons import decode_mask, encode_mask
from handypose_tf.data.sample import Record
from handypose_tf.geometry import box_region, transform_points, warp_image
from handypose_tf.images.header import PictureHeader

#: JPEG quality of crops: at 95 the loss is far below the labels' own error.
_JPEG_QUALITY = 95


@dataclass(frozen=True)
class Crop:
    """How crops are cut: squares around the box, resampled to one size.

    Attributes:
        scale: Side of the square over the longer side of the box, e.g. 2.2 for CMU's.
        size: Side of the stored picture, pixels.
    """

    scale: float
    size: int

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: If scale or size is not positive.
        """
        check_positive("scale", self.scale)
        check_positive("size", self.size)


def cut_record(record: Record, crop: Crop) -> tuple[Record, bytes]:
    """Cut a hand out of its picture.

    Returns:
        The record in the crop's pixels, without a file, and the crop as JPEG.

    Raises:
        DataError: If the picture is missing or cannot be decoded.
    """
    matrix = box_region(record.box, scale=crop.scale).matrix(crop.size)
    image = warp_image(record.read_image(), matrix, crop.size)
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    corners = record.box.reshape(2, 2).cumsum(axis=0)
    low, high = transform_points(corners, matrix)
    mask = record.mask and encode_mask(
        warp_image(decode_mask(record.mask), matrix, crop.size)
    )
    moved = replace(
        record,
        mask=mask,
        keypoints=transform_points(record.keypoints, matrix),
        box=np.concatenate([low, high - low]),
        head_size=record.head_size * float(matrix[0, 0]),
        header=PictureHeader(crop.size, crop.size),
        span=None,
    )
    return moved, jpeg.tobytes()
