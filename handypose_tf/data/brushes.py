"""OpenCV and numpy inside the graph, where TensorFlow's own ops are far slower.

What is painted, and where, is decided in the graph; here are only pixels. Measured on
one busy core at 368 x 368 x 3, TensorFlow's ops and these, ms: warp 4.9 and 1.3, levels
and colours 2.9 and 0.9, rectangles 3.7 and 0.2. OpenCV and numpy let go of Python's
lock while they work, so that threads do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf import geometry


def warp_image(
    image: tf.Tensor, matrix: tf.Tensor, image_size: tuple[int, int]
) -> tf.Tensor:
    """Draw a picture through an affine matrix, as `geometry.warp_image` does.

    Args:
        image: `(height, width, channels)` uint8.
        matrix: `(3, 3)` float64 from picture pixels to result pixels.
        image_size: `(height, width)` of the result.

    Returns:
        `(*image_size, channels)` uint8; 0 outside the picture.
    """

    def warp(pixels: NDArray, transform: NDArray) -> NDArray:
        return geometry.warp_image(pixels, transform, image_size)

    return _paint(warp, (image, matrix), tf.uint8, (*image_size, image.shape[-1]))


def stretch_image(image: tf.Tensor, image_size: tuple[int, int]) -> tf.Tensor:
    """Stretch a whole picture, edge to edge: three times as fast as a warp.

    Args:
        image: `(height, width, channels)` uint8.
        image_size: `(height, width)` of the result.

    Returns:
        `(*image_size, channels)` uint8.
    """

    def stretch(pixels: NDArray) -> NDArray:
        height, width = image_size
        shrinks = min(pixels.shape[0] / height, pixels.shape[1] / width) >= 2
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return cv2.resize(pixels, (width, height), interpolation=method)

    return _paint(stretch, (image,), tf.uint8, (*image_size, image.shape[-1]))


def recolor(image: tf.Tensor, levels: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Look up every level in a table, then mix the channels.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        levels: `(256,)` float32.
        matrix: `(3, 3)` float32, from a row of RGB to a row of RGB.

    Returns:
        `(height, width, 3)` float32, clipped to 0..255.
    """

    def paint(pixels: NDArray, table: NDArray, mixture: NDArray) -> NDArray:
        lit = cv2.LUT(pixels, table)
        mixed = cv2.transform(lit, mixture.T)
        return np.clip(mixed, 0, 255, out=mixed)

    return _paint(paint, (image, levels, matrix), tf.float32, image.shape)


def cover(image: tf.Tensor, spans: tf.Tensor, colors: tf.Tensor) -> tf.Tensor:
    """Cover rectangles with one colour each.

    Args:
        image: `(height, width, 3)` uint8.
        spans: `(num_rectangles, 4)` int32: top, bottom, left, right; ends excluded.
        colors: `(num_rectangles, 3)` uint8.
    """

    def paint(pixels: NDArray, corners: NDArray, fillings: NDArray) -> NDArray:
        covered = pixels.copy()
        for (top, bottom, left, right), color in zip(corners, fillings, strict=True):
            covered[top:bottom, left:right] = color
        return covered

    return _paint(paint, (image, spans, colors), tf.uint8, image.shape)


def coarsen(image: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Reduce a picture to a share of its sides, and enlarge it again.

    Args:
        image: `(height, width, 3)` float32.
        share: 0..1, float32.
    """

    def paint(pixels: NDArray, scale: NDArray) -> NDArray:
        height, width = pixels.shape[:2]
        small = (max(2, int(width * scale)), max(2, int(height * scale)))
        reduced = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
        return cv2.resize(reduced, (width, height))

    return _paint(paint, (image, share), tf.float32, image.shape)


def add_noise(image: tf.Tensor, level: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Add normal noise, the same for the same seed.

    Drawing is what costs, so one channel is drawn, and moved for the others.

    Args:
        image: `(height, width, 3)` float32.
        level: Standard deviation, float32.
        seed: `(2,)` int64.

    Returns:
        The same shape, clipped to 0..255.
    """

    def paint(pixels: NDArray, deviation: NDArray, numbers: NDArray) -> NDArray:
        rng = np.random.default_rng([abs(int(number)) for number in numbers])
        drawn = deviation * rng.standard_normal(pixels.shape[:2], np.float32)
        flat, count = drawn.ravel(), drawn.size
        channels = [np.roll(flat, count * i // 3) for i in range(3)]
        noise = np.stack(channels, axis=-1).reshape(pixels.shape)
        return np.clip(pixels + noise, 0, 255, out=noise)

    return _paint(paint, (image, level, seed), tf.float32, image.shape)


def _paint(
    function: Callable[..., NDArray],
    inputs: tuple[tf.Tensor, ...],
    dtype: tf.DType,
    shape: tuple[int, ...],
) -> tf.Tensor:
    painted = tf.numpy_function(function, inputs, dtype, stateful=False)
    return tf.ensure_shape(painted, shape)
