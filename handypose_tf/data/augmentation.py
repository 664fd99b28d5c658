"""From a sample to the network's input: one 3x3 matrix moves picture and points.

In numpy and OpenCV, drawn by a seed a sample: what happens to a sample depends on its
seed alone and not on threads, workers or the order of work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.appearance import change_look
from handypose_tf.data.draws import MAX_DEVIATIONS, Draws
from handypose_tf.geometry import FloatArray, transform_points, warp_image

Arrays = Mapping[str, NDArray]

#: What is kept around a crop beyond its reach: the averaging before a strong reduction
#: looks a little further.
_CONTEXT_MARGIN = 1.05

_PROBABILITIES = (
    "mirror", "fill", "background", "gray", "shade", "blur", "low_resolution",
    "noise", "jpeg", "erase",
)  # fmt: skip

_MOVES = ("rotation", "scale", "shift", "stretch", "shear", "mirror")

_SHARES = ("saturation", "contrast", "hue", "low_resolution_scale", "erase_size")


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly samples are changed; 0 leaves a thing as it is.

    "Spread" is a standard deviation; draws end at two of them.

    Attributes:
        rotation: Largest turn to either side, degrees; from 180 up any direction.
        scale: Spread of the logarithm of the crop's side.
        shift: Spread of the crop's centre, in longer sides of the box.
        stretch: Spread of the logarithm of width and height, each by itself.
        shear: Spread of the shear.
        mirror: Probability of a mirrored picture; `is_left` flips, names stay.
        fill: Probability that what lies outside the picture is not black but a
            background, or one random colour where there is none.
        background: Probability that all but the hand is replaced by a background, for
            samples with a `mask`.
        brightness: Spread of what is added, levels of 255.
        contrast: Largest change of the contrast, 0..1.
        gamma: Spread of the logarithm of the exponent.
        tint: Spread of the logarithm of each channel's gain.
        saturation: Largest change of the saturation, 0..1.
        hue: Largest turn of the hue, in whole turns.
        gray: Probability of a picture without colour.
        shade: Probability of a ramp of light across the picture.
        shade_levels: Spread of the ramp, levels.
        blur: Probability of a Gaussian blur.
        blur_sigma: Its largest standard deviation, pixels of the crop.
        low_resolution: Probability of a reduction and enlargement.
        low_resolution_scale: The strongest reduction, as a share of the side.
        noise: Probability of noise.
        noise_levels: Its largest standard deviation, levels.
        jpeg: Probability of a JPEG compression.
        jpeg_quality: Its lowest quality, 1..90.
        erase: Probability that one to three rectangles are covered.
        erase_size: The longest side of a rectangle, as a share of the crop's.

    Raises:
        ValueError: If a value is negative, not finite or beyond its bound.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    stretch: float = 0.0
    shear: float = 0.0
    mirror: float = 0.0
    fill: float = 0.0
    background: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 0.0
    tint: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    gray: float = 0.0
    shade: float = 0.0
    shade_levels: float = 40.0
    blur: float = 0.0
    blur_sigma: float = 2.2
    low_resolution: float = 0.0
    low_resolution_scale: float = 0.2
    noise: float = 0.0
    noise_levels: float = 14.0
    jpeg: float = 0.0
    jpeg_quality: float = 15.0
    erase: float = 0.0
    erase_size: float = 0.3

    def __post_init__(self) -> None:
        """Check every strength."""
        bounds = {name: 1.0 for name in (*_PROBABILITIES, *_SHARES)}
        bounds |= {"rotation": 360.0, "jpeg_quality": 90.0, "shear": 1.0}
        for field in fields(self):
            value, most = getattr(self, field.name), bounds.get(field.name, math.inf)
            if not (math.isfinite(value) and 0 <= value <= most):
                raise ValueError(
                    f"`{field.name}` must be a number from 0 to {most:g}. "
                    f"Received: {value!r}"
                )

    @property
    def moves(self) -> bool:
        """Whether pixels go elsewhere than in the plain crop."""
        return any(getattr(self, name) for name in _MOVES)

    def context(self, crop_scale: float) -> float:
        """Return how much of a picture crops can reach, in longer sides of the box.

        Args:
            crop_scale: Side of the crop over the longer side of the box.
        """
        most = MAX_DEVIATIONS
        reach = crop_scale * math.exp(most * (self.scale + self.stretch))
        reach *= (1 + most * self.shear) * (math.sqrt(2) if self.rotation else 1.0)
        return _CONTEXT_MARGIN * (reach + 2 * most * self.shift)


#: No change at all: the plain crop of validation.
PLAIN = Augmentation()

#: Strengths that trained this library's own weights well.
STANDARD = Augmentation(
    rotation=180.0, scale=0.2, shift=0.08, stretch=0.08, shear=0.06, mirror=0.5,
    fill=0.5, background=0.45, brightness=25.0, contrast=0.4, gamma=0.35, tint=0.12,
    saturation=0.5, gray=0.08, shade=0.3, blur=0.3, low_resolution=0.25, noise=0.3,
    jpeg=0.3, erase=0.35,
)  # fmt: skip


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
            `Reader.dataset()` gives them. Optional keys: `mask` uint8 `(height, width,
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
    bounds = np.array(image_size[::-1], np.float32) - 0.5
    is_outside = ~((points > -0.5) & (points < bounds)).all(axis=-1)
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
