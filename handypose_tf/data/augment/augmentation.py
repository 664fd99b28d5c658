"""From a sample to the network's input: one 3x3 matrix moves picture and points.

In numpy and OpenCV, drawn by a seed a sample: what happens to a sample depends on its
seed alone and not on threads, workers or the order of work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.augment.appearance import change_look
from handypose_tf.data.augment.draws import Draws
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.geometry import FloatArray, is_inside, transform_points, warp_image

Arrays = Mapping[str, NDArray]


def augment(
    sample: Arrays,
    seed: Sequence[int] | NDArray[np.integer],
    *,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation = PLAIN,
) -> dict[str, NDArray]:
    """Crop a sample to the network's input and change it as its seed says.

    Args:
        sample: `image`, `keypoints`, `visibility`, `box` and `is_left` as
            `decode_entry` gives them. Optional keys: `mask` uint8 `(height, width,
            1)`, 255 on the hand, and `background` uint8 `(any, any, 3)`.
        seed: Whole numbers from 0 up; the same ones give the same result anywhere.
        image_size: `(height, width)` of the result in pixels.
        crop_scale: Side of the square crop over the longer side of the sample's box,
            laid into the result's shorter side; `None` takes the whole picture,
            stretched to the result.
        strengths: How much to change.

    Returns:
        `image` uint8 `(*image_size, 3)`, moved `keypoints`, `visibility` 0 outside the
        result (-1, no hand, stays), `is_left`, and `matrix` float64 `(3, 3)` from the
        sample's pixels to the result's.
    """
    draws = Draws(seed)
    is_mirrored = draws.chance(strengths.mirror)
    matrix = _draw_matrix(sample, draws, image_size, crop_scale, strengths)
    if is_mirrored:
        matrix[0] = -matrix[0] + (0, 0, image_size[1] - 1)
    is_stretched = crop_scale is None and not strengths.moves
    draw = _stretch if is_stretched else warp_image
    image = draw(sample["image"], matrix, image_size)
    image = _replace_surroundings(image, sample, draws, matrix, strengths)
    points = transform_points(sample["keypoints"], matrix)
    is_outside = ~is_inside(points, image_size[1], image_size[0])
    visibility = sample["visibility"]
    is_left = sample["is_left"]
    return {
        "image": change_look(image, draws, strengths),
        "keypoints": points,
        "visibility": np.where(is_outside, np.minimum(visibility, 0), visibility),
        "is_left": 1 - is_left if is_mirrored and is_left >= 0 else is_left,
        "matrix": matrix,
    }


def _draw_matrix(
    sample: Arrays,
    draws: Draws,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation,
) -> FloatArray:
    """Return the matrix from the sample's pixels to the result's, not mirrored."""
    center, longer, zoom = _crop_frame(sample, image_size, crop_scale)
    center = center + longer * np.array([draws.normal(strengths.shift) for _ in "xy"])
    turn = math.radians(min(strengths.rotation, 180.0))
    angle = draws.uniform(-turn, turn)
    scale = math.exp(-draws.normal(strengths.scale))
    stretch_x, stretch_y = (math.exp(draws.normal(strengths.stretch)) for _ in "xy")
    squeeze = [[stretch_x, draws.normal(strengths.shear)], [0.0, stretch_y]]
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    matrix = np.eye(3)
    matrix[:2, :2] = np.array(squeeze) @ [[cos, sin], [-sin, cos]] * zoom
    middle = (np.array(image_size[::-1]) - 1) / 2
    matrix[:2, 2] = middle - matrix[:2, :2] @ center
    return matrix


def _crop_frame(
    sample: Arrays, image_size: tuple[int, int], crop_scale: float | None
) -> tuple[FloatArray, float, FloatArray]:
    """Return the crop's centre, the length that shifts count in, and the zoom."""
    box = sample["box"].astype(np.float64)
    longer = max(box[2], box[3])
    if crop_scale is not None:
        zoom = min(image_size) / (crop_scale * longer)
        return box[:2] + box[2:] / 2, longer, np.array([zoom, zoom])
    size = np.array(sample["image"].shape[1::-1])
    return (size - 1) / 2, longer, np.array(image_size[::-1]) / size


def _stretch(
    image: NDArray, matrix: FloatArray, image_size: tuple[int, int]
) -> NDArray:
    """Stretch a whole picture, edge to edge: three times as fast as a warp."""
    shrinks = max(matrix[0, 0], matrix[1, 1]) <= 0.5
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, image_size[::-1], interpolation=method)


def _replace_surroundings(
    image: NDArray,
    sample: Arrays,
    draws: Draws,
    matrix: FloatArray,
    strengths: Augmentation,
) -> NDArray:
    """Fill what is outside the picture, or all that is not the hand."""
    layers = []
    if draws.chance(strengths.fill):
        layers.append(np.full((*sample["image"].shape[:2], 1), 255, np.uint8))
    if "mask" in sample and draws.chance(strengths.background):
        layers.append(sample["mask"])
    if not layers:
        return image
    backdrop = _backdrop(sample, draws, image.shape[:2])
    for layer in layers:
        opacity = warp_image(layer, matrix, image.shape[:2]) / np.float32(255)
        image = cv2.blendLinear(image, backdrop, opacity, 1 - opacity)
    return image


def _backdrop(sample: Arrays, draws: Draws, image_size: tuple[int, int]) -> NDArray:
    """Return a random part of the sample's background, or one random colour."""
    if "background" not in sample:
        return np.full((*image_size, 3), draws.levels((3,)))
    background = sample["background"]
    size = np.array(background.shape[1::-1])
    side = size.min() * draws.uniform(0.3, 0.9)
    corner = (size - side) * [draws.uniform(), draws.uniform()]
    zoom = max(image_size) / side
    rows = [[zoom, 0, -zoom * corner[0]], [0, zoom, -zoom * corner[1]], [0, 0, 1]]
    return warp_image(background, rows, image_size)
