"""COCO polygons as masks of the hand, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.data.sample import RecordError

#: Fractions of a pixel that polygons are drawn with, as a power of two.
_SHIFT = 4

#: Outlines are simplified by at most so many pixels.
_TOLERANCE = 0.5


def draw_polygons(
    polygons: Sequence[Any], width: int, height: int
) -> NDArray[np.uint8]:
    """Fill polygons.

    Args:
        polygons: Lists `[x, y, x, y, ...]` in pixels, as in COCO's `segmentation`.
        width: Of the picture, pixels.
        height: Likewise.

    Returns:
        `(height, width)`, 255 inside.

    Raises:
        RecordError: If a polygon is no list of at least three points.
    """
    mask: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    corners = [_corners(polygon) for polygon in polygons]
    scaled = [np.rint(c * 2**_SHIFT).astype(np.int32) for c in corners]
    cv2.fillPoly(mask, scaled, 255, cv2.LINE_8, _SHIFT)
    return mask


def trace_polygons(mask: ArrayLike) -> list[list[float]]:
    """Return the outlines of a mask `(height, width)` as COCO polygons."""
    binary = (np.asarray(mask) > 127).astype(np.uint8)
    outlines, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    simple = (cv2.approxPolyDP(line, _TOLERANCE, True) for line in outlines)
    return [line.ravel().astype(float).tolist() for line in simple if len(line) >= 3]


def encode_mask(mask: NDArray[np.uint8]) -> bytes:
    """Return a mask as a small PNG."""
    return cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def decode_mask(encoded: bytes) -> NDArray[np.uint8]:
    """Return the mask `(height, width)` of a PNG."""
    buffer = np.frombuffer(encoded, np.uint8)
    return np.asarray(cv2.imdecode(buffer, cv2.IMREAD_GRAYSCALE), np.uint8)


def _corners(polygon: Any) -> NDArray[np.float64]:
    try:
        corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise RecordError("bad_structure", "`segmentation` is no polygon") from error
    if len(corners) < 3:
        raise RecordError("bad_structure", "a polygon has fewer than three points")
    if not np.isfinite(corners).all():
        raise RecordError("bad_number", "a polygon has a point that is no number")
    return corners
