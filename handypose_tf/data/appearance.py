"""Changes of a crop's look that leave its points alone, as TensorFlow graph ops.

Pictures come and go as uint8 `(height, width, 3)` RGB; in between they are float32 in
0..255. Every change draws from one `Draws`, so it depends on a sample's seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import tensorflow as tf

from handypose_tf.data.brushes import add_noise, coarsen, cover, recolor

if TYPE_CHECKING:
    from handypose_tf.data.augmentation import Augmentation

#: Numbers that one sample may draw.
_NUM_DRAWS = 64

#: Rectangles that are erased at the most, and their smallest side over the crop's.
_MAX_ERASED = 3
_MIN_ERASED_SIDE = 0.06

#: Strengths of what changes every pixel's colour.
_LOOKS = (
    *("brightness", "contrast", "gamma", "tint", "saturation", "hue", "gray"),
    *("shade", "blur", "low_resolution", "noise", "jpeg"),
)

Change = Callable[[], tf.Tensor]


class Draws:
    """Random numbers of one sample: two vectors drawn at once, handed out in turn.

    Args:
        seed: `(2,)` int64.

    Attributes:
        noise_seed: `(2,)` int64, for noise a pixel.
    """

    def __init__(self, seed: tf.Tensor) -> None:
        """Draw the numbers."""
        self.noise_seed = seed + 2
        shape = (_NUM_DRAWS,)
        self._uniform = iter(tf.unstack(tf.random.stateless_uniform(shape, seed)))
        normal = tf.random.stateless_truncated_normal(shape, seed + 1)
        self._normal = iter(tf.unstack(normal))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return a number between two bounds."""
        return low + (high - low) * next(self._uniform)

    def normal(self, deviation: float) -> tf.Tensor:
        """Return a number around 0, cut off at two standard deviations."""
        return deviation * next(self._normal)

    def chance(self, probability: float) -> tf.Tensor:
        """Return true with a probability."""
        return next(self._uniform) < probability


def change_look(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> tf.Tensor:
    """Apply every change that has a strength: erasing first, compression last.

    Args:
        image: `(height, width, 3)` uint8 RGB, static shape.
        draws: The sample's random numbers.
        strengths: What to change, and how much.

    Returns:
        The same shape and type.
    """
    steps = (
        (strengths.shade, _shade),
        (strengths.blur, _blur),
        (strengths.low_resolution, _lower_resolution),
        (strengths.noise, _add_noise),
        (strengths.jpeg, _compress),
    )
    if strengths.erase:
        change = _erase(image, draws, strengths)
        image = _maybe(draws, strengths.erase, change, image)
    if not any(getattr(strengths, name) for name in _LOOKS):
        return image
    pixels = recolor(image, _light(draws, strengths), _color_matrix(draws, strengths))
    for probability, step in steps:
        if probability:
            changed = step(pixels, draws, strengths)
            pixels = _maybe(draws, probability, changed, pixels)
    return tf.cast(tf.round(pixels), tf.uint8)


def _clip(pixels: tf.Tensor) -> tf.Tensor:
    return tf.clip_by_value(pixels, 0.0, 255.0)


def _maybe(
    draws: Draws, probability: float, change: Change, image: tf.Tensor
) -> tf.Tensor:
    """Run a change with a probability; what is not run costs nothing."""
    if probability >= 1.0:
        return change()
    return tf.cond(draws.chance(probability), change, lambda: image)


def _light(draws: Draws, strengths: Augmentation) -> tf.Tensor:
    """Return what becomes of each of the 256 levels."""
    gamma = tf.exp(draws.normal(strengths.gamma))
    contrast = 1.0 + draws.uniform(-strengths.contrast, strengths.contrast)
    brightness = draws.normal(strengths.brightness)
    levels = 255.0 * (tf.range(256, dtype=tf.float32) / 255.0) ** gamma
    return _clip((levels - 128.0) * contrast + 128.0 + brightness)


def _color_matrix(draws: Draws, strengths: Augmentation) -> tf.Tensor:
    """Return tint, saturation and hue as one `(3, 3)` matrix for rows of RGB."""
    gains = tf.exp(tf.stack([draws.normal(strengths.tint) for _ in range(3)]))
    saturation = 1.0 + draws.uniform(-strengths.saturation, strengths.saturation)
    saturation = tf.where(draws.chance(strengths.gray), 0.0, saturation)
    turn = 2 * math.pi * draws.uniform(-strengths.hue, strengths.hue)
    matrix = saturation * tf.eye(3) + (1.0 - saturation) / 3.0
    return gains[:, None] * matrix @ _hue_matrix(turn)


def _hue_matrix(turn: tf.Tensor) -> tf.Tensor:
    """Return the turn of RGB space around its gray axis, as `(3, 3)` for rows."""
    cos, sin = tf.cos(turn), tf.sin(turn) / math.sqrt(3.0)
    same, rest = cos + (1 - cos) / 3, (1 - cos) / 3
    rows = [[same, rest + sin, rest - sin], [rest - sin, same, rest + sin]]
    rows.append([rest + sin, rest - sin, same])
    return tf.stack([tf.stack(row) for row in rows])


def _shade(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    """Add a ramp of light across the picture, in any direction."""
    angle = draws.uniform(0.0, 2 * math.pi)
    slope = draws.normal(strengths.shade_levels)
    height, width = (int(side) for side in image.shape[:2])

    def change() -> tf.Tensor:
        rows = tf.linspace(-1.0, 1.0, height)[:, None] * tf.sin(angle)
        columns = tf.linspace(-1.0, 1.0, width)[None, :] * tf.cos(angle)
        return _clip(image + (slope * (rows + columns))[..., None])

    return change


def _blur(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    sigma = draws.uniform(0.3, strengths.blur_sigma)
    radius = max(1, math.ceil(2.5 * strengths.blur_sigma))

    def change() -> tf.Tensor:
        steps = tf.range(-radius, radius + 1, dtype=tf.float32)
        line = tf.exp(-0.5 * (steps / sigma) ** 2)
        line /= tf.reduce_sum(line)
        kernel = tf.tile(line[:, None, None, None], (1, 1, 3, 1))
        edges = ((radius, radius), (radius, radius), (0, 0))
        x = tf.pad(image, edges, "REFLECT")[None]
        x = tf.nn.depthwise_conv2d(x, kernel, (1, 1, 1, 1), "VALID")
        kernel = tf.transpose(kernel, (1, 0, 2, 3))
        return tf.nn.depthwise_conv2d(x, kernel, (1, 1, 1, 1), "VALID")[0]

    return change


def _lower_resolution(
    image: tf.Tensor, draws: Draws, strengths: Augmentation
) -> Change:
    share = draws.uniform(strengths.low_resolution_scale, 0.7)
    return lambda: coarsen(image, share)


def _add_noise(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    level = draws.uniform(0.0, strengths.noise_levels)
    return lambda: add_noise(image, level, draws.noise_seed)


def _compress(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    quality = tf.cast(draws.uniform(strengths.jpeg_quality, 90), tf.int32)

    def change() -> tf.Tensor:
        pixels = tf.cast(tf.round(image), tf.uint8)
        encoded = tf.raw_ops.EncodeJpegVariableQuality(images=pixels, quality=quality)
        decoded = tf.io.decode_jpeg(encoded, channels=3)
        return tf.ensure_shape(tf.cast(decoded, tf.float32), image.shape)

    return change


def _erase(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    """Cover up to three rectangles, each with one colour."""
    spans, colors = [], []
    count = draws.uniform(1.0, _MAX_ERASED + 1.0)
    for number in range(_MAX_ERASED):
        is_used = count >= number + 1.0
        for length in image.shape[:2]:
            share = draws.uniform(_MIN_ERASED_SIDE, strengths.erase_size)
            start = draws.uniform() * (1.0 - share)
            end = tf.where(is_used, start + share, start)
            spans += [tf.round(length * start), tf.round(length * end)]
        colors += [draws.uniform(0.0, 255.0) for _ in "rgb"]
    corners = tf.cast(tf.reshape(tf.stack(spans), (-1, 4)), tf.int32)
    fillings = tf.cast(tf.reshape(tf.stack(colors), (-1, 3)), tf.uint8)
    return lambda: cover(image, corners, fillings)
