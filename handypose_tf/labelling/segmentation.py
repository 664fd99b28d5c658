"""A mask of a labelled hand, so that training can put other backgrounds behind it."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.polygons import trace_polygons
from handypose_tf.geometry import (
    FloatArray,
    box_region,
    tight_box,
    transform_points,
    warp_image,
)
from handypose_tf.hand import BONES, FINGER_KEYPOINTS, WRIST
from handypose_tf.images import Image, read_image
from handypose_tf.labelling.selection import FoundHand

#: Side of the square that is looked at, over the hand's; beyond it, all is background.
_SCALE = 2.6
_SIDE = 112

#: In hand sizes: how far flesh may reach beyond the joints, and how thick a bone's
#: surroundings certainly are.
_REACH, _THICKNESS = 0.2, 0.05
_ROUNDS = 3

#: The palm: all knuckles and the wrist.
_PALM = [WRIST, *(joints[0] for joints in FINGER_KEYPOINTS.values())]


def outline_hands(hands: Iterable[FoundHand]) -> dict[int, list[list[float]]]:
    """Return the outline of each hand, in COCO polygons, by its id.

    Raises:
        DataError: If a photo cannot be read any more.
    """
    return {
        hand.id: outline_hand(read_image(hand.result.photo), hand.label.keypoints)
        for hand in hands
    }


def outline_hand(image: Image, keypoints: FloatArray) -> list[list[float]]:
    """Separate hand and forearm from the background, by GrabCut around the bones.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        keypoints: `(21, 2)` pixels.

    Returns:
        COCO polygons, pixels of the picture; none if nothing was found.
    """
    matrix = box_region(tight_box(keypoints), scale=_SCALE).matrix(_SIDE)
    crop = warp_image(image, matrix, _SIDE)
    seeds = _seeds(transform_points(keypoints, matrix))
    covered = warp_image(np.ones_like(image[..., :1]), matrix, _SIDE)[..., 0]
    seeds[covered == 0] = cv2.GC_BGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    whole = (0, 0, _SIDE, _SIDE)  # looked at in another mode only
    mode = cv2.GC_INIT_WITH_MASK
    cv2.grabCut(crop, seeds, whole, background, foreground, _ROUNDS, mode)
    mask = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
    inverse = np.linalg.inv(matrix)
    return [
        transform_points(np.reshape(line, (-1, 2)), inverse).round(1).ravel().tolist()
        for line in trace_polygons(255 * mask)
    ]


def _seeds(points: FloatArray) -> NDArray[np.uint8]:
    """Return where GrabCut begins: bones and palm are hand, the rest may be."""
    unit = _SIDE / _SCALE
    corners = points.astype(np.int32)
    near: NDArray = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.fillConvexPoly(near, cv2.convexHull(corners), 1)
    near = cv2.dilate(near, np.ones((round(_REACH * unit),) * 2))
    seeds = np.where(near > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    cv2.fillConvexPoly(seeds, cv2.convexHull(corners[_PALM]), cv2.GC_FGD)
    for a, b in BONES:
        begin, end = corners[a].tolist(), corners[b].tolist()
        cv2.line(seeds, begin, end, cv2.GC_FGD, max(1, round(_THICKNESS * unit)))
    return seeds
