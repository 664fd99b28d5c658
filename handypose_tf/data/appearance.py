"""Changes of a crop's look that leave its points alone, as TensorFlow graph ops.

Pictures are float32 `(height, width, 3)` RGB in 0..255. Every change draws from one
`Draws`, so that it depends on a sample's seed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from handypose_tf.data.augmentation import Augmentation

#: Numbers that one sample may draw.
_NUM_DRAWS = 64

#: Rectangles that are erased at the most, and their smallest side over the crop's.
_MAX_ERASED = 3
_MIN_ERASED_SIDE = 0.06

Change = Callable[[], tf.Tensor]


class Draws:
    """Random numbers of one sample: two vectors drawn at once, handed out in turn.

    Args:
        seed: `(2,)` int64.
    """

    def __init__(self, seed: tf.Tensor) -> None:
        """Draw the numbers."""
        self._seed = seed
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

    def noise(self, shape: tf.Tensor) -> tf.Tensor:
        """Return a tensor of standard normal noise; one of them a sample."""
        return tf.random.stateless_normal(shape, self._seed + 2)


def change_look(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> tf.Tensor:
    """Apply every change that has a strength: erasing first, compression last.

    Args:
        image: `(height, width, 3)` float32 RGB in 0..255, static shape.
        draws: The sample's random numbers.
        strengths: What to change, and how much.

    Returns:
        The same shape, 0..255.
    """
    steps = (
        (strengths.erase, _erase),
        (1.0, _change_light),
        (1.0, _change_colors),
        (strengths.shade, _shade),
        (strengths.blur, _blur),
        (strengths.low_resolution, _lower_resolution),
        (strengths.noise, _add_noise),
        (strengths.jpeg, _compress),
    )
    for probability, step in steps:
        if probability:
            changed = step(image, draws, strengths)
            image = _maybe(draws, probability, changed, image)
            image = tf.clip_by_value(image, 0.0, 255.0)
    return image


def _maybe(
    draws: Draws, probability: float, change: Change, image: tf.Tensor
) -> tf.Tensor:
    """Run a change with a probability; what is not run costs nothing."""
    if probability >= 1.0:
        return change()
    return tf.cond(draws.chance(probability), change, lambda: image)


def _change_light(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    gamma = tf.exp(draws.normal(strengths.gamma))
    contrast = 1.0 + draws.uniform(-strengths.contrast, strengths.contrast)
    brightness = draws.normal(strengths.brightness)

    def change() -> tf.Tensor:
        x = 255.0 * (image / 255.0) ** gamma if strengths.gamma else image
        if strengths.contrast or strengths.brightness:
            x = (x - 128.0) * contrast + 128.0 + brightness
        return x

    return change


def _change_colors(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    gains = tf.exp(tf.stack([draws.normal(strengths.tint) for _ in range(3)]))
    saturation = 1.0 + draws.uniform(-strengths.saturation, strengths.saturation)
    saturation = tf.where(draws.chance(strengths.gray), 0.0, saturation)
    turn = 2 * math.pi * draws.uniform(-strengths.hue, strengths.hue)

    def change() -> tf.Tensor:
        x = image * gains if strengths.tint else image
        if strengths.saturation or strengths.gray:
            gray = tf.reduce_mean(x, axis=-1, keepdims=True)
            x = gray + saturation * (x - gray)
        return tf.tensordot(x, _hue_matrix(turn), 1) if strengths.hue else x

    return change


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
        return image + (slope * (rows + columns))[..., None]

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

    def change() -> tf.Tensor:
        size = tf.cast(tf.shape(image)[:2], tf.float32)
        small = tf.maximum(tf.cast(size * share, tf.int32), 2)
        reduced = tf.image.resize(image, small, method="bilinear", antialias=True)
        return tf.image.resize(reduced, image.shape[:2], method="bilinear")

    return change


def _add_noise(image: tf.Tensor, draws: Draws, strengths: Augmentation) -> Change:
    level = draws.uniform(0.0, strengths.noise_levels)
    return lambda: image + level * draws.noise(tf.shape(image))


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
    for _ in range(_MAX_ERASED):
        sides = [draws.uniform(_MIN_ERASED_SIDE, strengths.erase_size) for _ in "yx"]
        spans.append([(draws.uniform() * (1.0 - side), side) for side in sides])
        colors.append(tf.stack([draws.uniform(0.0, 255.0) for _ in range(3)]))
    count = draws.uniform(1.0, _MAX_ERASED + 1.0)

    def change() -> tf.Tensor:
        x = image
        for number, (span, color) in enumerate(zip(spans, colors, strict=True)):
            rows, columns = (
                _between(length, *part)
                for length, part in zip(image.shape[:2], span, strict=True)
            )
            inside = rows[:, None] & columns[None, :] & (count >= number + 1.0)
            x = tf.where(inside[..., None], color, x)
        return x

    return change


def _between(length: int, start: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Return which of `length` places lie in a span given in shares of the length."""
    places = (tf.range(length, dtype=tf.float32) + 0.5) / length
    return (places >= start) & (places < start + share)
