"""From a sample to the network's input: one 3x3 matrix moves picture and points.

Drawn in the TensorFlow graph by a seed a sample, so that what happens to a sample
depends on its seed alone and not on threads, workers or the order of work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import tensorflow as tf

from handypose_tf.data.appearance import Draws, change_look
from handypose_tf.data.brushes import stretch_image, warp_image
from handypose_tf.data.decode import Tensors

#: Normal draws are cut off here, so that a sample's surroundings have a bound.
_MAX_DEVIATIONS = 2.0

_OPAQUE = np.uint8(255)

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
        most = _MAX_DEVIATIONS
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
    sample: Tensors,
    seed: tf.Tensor,
    *,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation = PLAIN,
) -> Tensors:
    """Crop a sample to the network's input and change it as its seed says.

    Args:
        sample: As `Reader.dataset()` gives it. Optional keys: `mask` uint8 `(height,
            width, 1)`, 255 on the hand, and `background` uint8 `(any, any, 3)`.
        seed: `(2,)` int64; the same seed gives the same result anywhere.
        image_size: `(height, width)` of the result in pixels.
        crop_scale: Side of the square crop over the longer side of the sample's box,
            laid into the result's shorter side; `None` takes the whole picture,
            stretched to the result.
        strengths: How much to change.

    Returns:
        The sample with `image` uint8 `(*image_size, 3)`, moved `keypoints`,
        `visibility` 0 outside the result, `is_left`, and `matrix` float64 `(3, 3)`
        from the sample's pixels to the result's. The box and `head_size` are left out.
    """
    draws = Draws(seed)
    matrix, mirrored = _draw_matrix(sample, draws, image_size, crop_scale, strengths)
    image = _draw_image(sample, draws, matrix, image_size, crop_scale, strengths)
    image = change_look(image, draws, strengths)
    points = transform_points(sample["keypoints"], matrix)
    height, width = image_size
    bounds = tf.constant([width, height], tf.float32) - 0.5
    inside = tf.reduce_all((points > -0.5) & (points < bounds), axis=-1)
    is_left = sample["is_left"]
    flipped = tf.where(mirrored & (is_left >= 0), 1 - is_left, is_left)
    return {
        "image": image,
        "keypoints": points,
        "visibility": sample["visibility"] * tf.cast(inside, tf.float32),
        "is_left": flipped,
        "sample_id": sample["sample_id"],
        "matrix": matrix,
    }


def transform_points(points: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Move points `(..., 2)` by an affine 3x3 matrix; float32, as `geometry` does."""
    moved = tf.cast(points, tf.float64) @ tf.transpose(matrix[:2, :2]) + matrix[:2, 2]
    return tf.cast(moved, tf.float32)


def _draw_matrix(
    sample: Tensors,
    draws: Draws,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the matrix from the sample's pixels to the result's, and if it mirrors."""
    center, longer, zoom = _crop_frame(sample, image_size, crop_scale)
    offset = tf.stack([draws.normal(strengths.shift) for _ in "xy"])
    center += tf.cast(offset, tf.float64) * longer
    turn = math.radians(min(strengths.rotation, 180.0))
    angle = draws.uniform(-turn, turn)
    scale = tf.exp(-draws.normal(strengths.scale))
    stretch_x, stretch_y = (tf.exp(draws.normal(strengths.stretch)) for _ in "xy")
    shear = draws.normal(strengths.shear)
    mirrored = draws.chance(strengths.mirror)
    sign = tf.where(mirrored, -1.0, 1.0)
    squeeze = tf.stack([[sign * stretch_x, sign * shear], [0.0, stretch_y]])
    turned = [[tf.cos(angle), tf.sin(angle)], [-tf.sin(angle), tf.cos(angle)]]
    linear = tf.cast(scale * squeeze @ tf.stack(turned), tf.float64)
    linear @= tf.linalg.diag(zoom)
    middle = (tf.constant(image_size[::-1], tf.float64) - 1) / 2
    shift = middle - tf.linalg.matvec(linear, center)
    bottom = tf.constant([[0, 0, 1]], tf.float64)
    return tf.concat([tf.concat([linear, shift[:, None]], 1), bottom], 0), mirrored


def _crop_frame(
    sample: Tensors, image_size: tuple[int, int], crop_scale: float | None
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the crop's centre, the length that shifts count in, and the zoom."""
    box = tf.cast(sample["box"], tf.float64)
    longer = tf.reduce_max(box[2:])
    if crop_scale is not None:
        zoom = min(image_size) / (crop_scale * longer)
        return box[:2] + box[2:] / 2, longer, tf.stack([zoom, zoom])
    size = tf.cast(tf.shape(sample["image"])[1::-1], tf.float64)
    return (size - 1) / 2, longer, tf.constant(image_size[::-1], tf.float64) / size


def _draw_image(
    sample: Tensors,
    draws: Draws,
    matrix: tf.Tensor,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation,
) -> tf.Tensor:
    """Warp the picture, and fill what is outside it or not the hand."""
    if crop_scale is None and not strengths.moves:
        image = stretch_image(sample["image"], image_size)
    else:
        image = warp_image(sample["image"], matrix, image_size)
    swaps = "mask" in sample and bool(strengths.background)
    if not (strengths.fill or swaps):
        return image
    backdrop = _backdrop(sample, draws, image_size)
    is_filled, is_swapped = (
        draws.chance(part) for part in (strengths.fill, strengths.background)
    )

    def over(layer: tf.Tensor, picture: tf.Tensor) -> tf.Tensor:
        opacity = tf.cast(warp_image(layer, matrix, image_size), tf.float32) / 255.0
        mixed = opacity * tf.cast(picture, tf.float32) + (1 - opacity) * backdrop
        return tf.cast(tf.round(mixed), tf.uint8)

    whole = tf.fill((*tf.unstack(tf.shape(sample["image"])[:2]), 1), _OPAQUE)
    image = tf.cond(is_filled, lambda: over(whole, image), lambda: image)
    if swaps:
        image = tf.cond(is_swapped, lambda: over(sample["mask"], image), lambda: image)
    return image


def _backdrop(sample: Tensors, draws: Draws, image_size: tuple[int, int]) -> tf.Tensor:
    """Return a random part of the sample's background, or one random colour."""
    if "background" not in sample:
        color = tf.stack([draws.uniform(0.0, 255.0) for _ in range(3)])
        return tf.broadcast_to(color, (*image_size, 3))
    background = sample["background"]
    size = tf.cast(tf.shape(background)[1::-1], tf.float64)
    side = tf.reduce_min(size) * tf.cast(draws.uniform(0.3, 0.9), tf.float64)
    place = tf.cast(tf.stack([draws.uniform(), draws.uniform()]), tf.float64)
    corner = place * (size - side)
    zoom = max(image_size) / side
    rows = [[zoom, 0, -zoom * corner[0]], [0, zoom, -zoom * corner[1]], [0, 0, 1]]
    return tf.cast(warp_image(background, tf.stack(rows), image_size), tf.float32)
