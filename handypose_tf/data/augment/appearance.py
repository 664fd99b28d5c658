"""Changes of a crop's look that leave its points alone, by OpenCV and numpy.

Pictures are uint8 `(height, width, 3)` RGB all the way, for which OpenCV is fastest.
Measured on one busy core at 368 x 368, ms in uint8 and in float32: levels and colours
.26 and .90, blur .5 and 1.3, noise .45 and 4.2.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.augment.draws import Draws
from handypose_tf.data.augment.strengths import Augmentation
from handypose_tf.images import decode_image

#: Rectangles that are erased at the most, and their smallest side over the crop's.
_MAX_ERASED = 3
_MIN_ERASED_SIDE = 0.06

#: Strengths of what changes levels, and of what mixes channels.
_LIGHTS = ("brightness", "contrast", "gamma")
_COLORS = ("tint", "saturation", "hue", "gray")

#: Uniform levels through this table are normal: its middles of 256 equal parts.
_NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)])


def change_look(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    """Apply every change that has a strength: erasing first, compression last.

    Args:
        image: `(height, width, 3)` uint8 RGB; it is left as it is.
        draws: The sample's random numbers.
        strengths: What to change, and how much.

    Returns:
        The same shape and type.
    """
    if draws.chance(strengths.erase):
        image = _erase(image, draws, strengths)
    if any(getattr(strengths, name) for name in _LIGHTS):
        image = cv2.LUT(image, _light(draws, strengths))
    if any(getattr(strengths, name) for name in _COLORS):
        image = cv2.transform(image, _color_matrix(draws, strengths))
    for probability, change in (
        (strengths.shade, _shade),
        (strengths.blur, _blur),
        (strengths.low_resolution, _lower_resolution),
        (strengths.noise, _add_noise),
        (strengths.jpeg, _compress),
    ):
        if draws.chance(probability):
            image = change(image, draws, strengths)
    return image


def _to_levels(values: NDArray) -> NDArray[np.uint8]:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _light(draws: Draws, strengths: Augmentation) -> NDArray[np.uint8]:
    """Return what becomes of each of the 256 levels."""
    gamma = math.exp(draws.normal(strengths.gamma))
    contrast = 1.0 + draws.uniform(-strengths.contrast, strengths.contrast)
    brightness = draws.normal(strengths.brightness)
    levels = 255.0 * (np.arange(256) / 255.0) ** gamma
    return _to_levels((levels - 128.0) * contrast + 128.0 + brightness)


def _color_matrix(draws: Draws, strengths: Augmentation) -> NDArray[np.float64]:
    """Return tint, saturation and hue as one `(3, 3)` matrix for columns of RGB."""
    gains = np.exp([draws.normal(strengths.tint) for _ in range(3)])
    saturation = 1.0 + draws.uniform(-strengths.saturation, strengths.saturation)
    if draws.chance(strengths.gray):
        saturation = 0.0
    turn = 2 * math.pi * draws.uniform(-strengths.hue, strengths.hue)
    mixture = saturation * np.eye(3) + (1.0 - saturation) / 3.0
    return _hue_matrix(turn) @ mixture * gains


def _hue_matrix(turn: float) -> NDArray[np.float64]:
    """Return the turn of RGB space around its gray axis, as `(3, 3)` for columns."""
    cos, sin = math.cos(turn), math.sin(turn) / math.sqrt(3.0)
    same, rest = cos + (1 - cos) / 3, (1 - cos) / 3
    plus, minus = rest + sin, rest - sin
    return np.array([[same, minus, plus], [plus, same, minus], [minus, plus, same]])


def _shade(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    """Add a ramp of light across the picture, in any direction."""
    angle = draws.uniform(0.0, 2 * math.pi)
    slope = draws.normal(strengths.shade_levels)
    height, width = image.shape[:2]
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)
    ramp = rows * np.float32(slope * math.sin(angle))
    ramp = ramp + columns * np.float32(slope * math.cos(angle))
    return _add(image, cv2.merge([ramp.round().astype(np.int16)] * 3))


def _blur(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    sigma = draws.uniform(0.3, strengths.blur_sigma)
    return cv2.GaussianBlur(image, (0, 0), sigma)


def _lower_resolution(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    """Reduce a picture to a share of its sides, and enlarge it again."""
    share = draws.uniform(strengths.low_resolution_scale, 0.7)
    height, width = image.shape[:2]
    small = (max(2, int(width * share)), max(2, int(height * share)))
    reduced = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return cv2.resize(reduced, (width, height))


def _add_noise(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    """Add normal noise: drawing bytes and looking them up costs a tenth of normals."""
    level = draws.uniform(0.0, strengths.noise_levels)
    table = np.round(level * _NORMAL).astype(np.int16)
    return _add(image, cv2.LUT(draws.levels(image.shape), table))


def _compress(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    quality = int(draws.uniform(strengths.jpeg_quality, 90))
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decode_image(encoded.tobytes())


def _erase(image: NDArray, draws: Draws, strengths: Augmentation) -> NDArray:
    """Cover up to three rectangles, each with one colour."""
    covered = image.copy()
    for _ in range(int(draws.uniform(1.0, _MAX_ERASED + 1.0))):
        spans = []
        for length in image.shape[:2]:
            share = draws.uniform(_MIN_ERASED_SIDE, strengths.erase_size)
            start = draws.uniform() * (1.0 - share)
            spans.append(slice(round(length * start), round(length * (start + share))))
        covered[spans[0], spans[1]] = draws.levels((3,))
    return covered


def _add(image: NDArray, change: NDArray) -> NDArray:
    """Add levels that may be negative, without going beyond 0..255."""
    return cv2.add(image, change, dtype=cv2.CV_8U)
