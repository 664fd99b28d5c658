"""What a camera does to the light: exposure, colour, blur, noise and compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.colour import encode_light


@dataclass(frozen=True)
class Film:
    """One camera's settings and faults.

    Attributes:
        exposure: Factor on the light.
        balance: `(3,)` factors on red, green and blue.
        contrast: Steepness of the tone curve; 1 is none.
        saturation: Strength of colours; 1 is none.
        vignette: How much darker the corners are, 0..1.
        shrink: The picture is resolved only this well, share of its size.
        blur: Blur of the lens, pixels of the resolved picture.
        motion: Length of motion blur, pixels.
        motion_angle: Its direction, degrees.
        noise: Noise of a mid-grey pixel, 0..1.
        quality: Of the JPEG file, 1..100.
    """

    exposure: float
    balance: FloatArray
    contrast: float = 1.0
    saturation: float = 1.0
    vignette: float = 0.0
    shrink: float = 1.0
    blur: float = 0.4
    motion: float = 0.0
    motion_angle: float = 0.0
    noise: float = 0.01
    quality: int = 92


def draw_film(rng: np.random.Generator) -> Film:
    """Draw a camera; one in four takes a poor picture."""
    poor = rng.random() < 0.25
    warmth = rng.normal(0, 0.06)
    return Film(
        exposure=float(np.exp(rng.normal(0, 0.3))),
        balance=np.exp([warmth, rng.normal(0, 0.02), -warmth]),
        contrast=float(rng.uniform(0.85, 1.3)),
        saturation=float(rng.uniform(0.75, 1.25)) if rng.random() > 0.03 else 0.0,
        vignette=float(rng.uniform(0, 0.3)),
        shrink=float(rng.uniform(0.2, 0.6)) if rng.random() < 0.2 else 1.0,
        blur=float(rng.uniform(0.3, 1.6 if poor else 0.7)),
        motion=float(rng.uniform(2, 9)) if rng.random() < 0.1 else 0.0,
        motion_angle=float(rng.uniform(0, 180)),
        noise=float(rng.uniform(0.015, 0.06) if poor else rng.uniform(0.002, 0.02)),
        quality=int(rng.integers(35, 80) if poor else rng.integers(75, 97)),
    )


def expose(
    image: FloatArray, film: Film, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Turn linear light `(height, width, 3)` into a uint8 RGB picture."""
    height, width = image.shape[:2]
    light = image * (film.exposure * film.balance).astype(np.float32)
    light *= 1 - film.vignette * _corner_distance(height, width)[..., None]
    light = _blur(light, film)
    light += _noise(light, film.noise, rng)
    graded = _grade(encode_light(light), film)
    picture = np.clip(graded * 255 + 0.5, 0, 255).astype(np.uint8)
    if picture.shape[:2] != (height, width):
        grown = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
        return grown.astype(np.uint8, copy=False)
    return picture


def _corner_distance(height: int, width: int) -> FloatArray:
    y, x = (np.linspace(-1, 1, size, dtype=np.float32) ** 2 for size in (height, width))
    return (y[:, None] + x) / 2


def _blur(light: NDArray, film: Film) -> NDArray:
    if film.shrink < 1:
        size = [max(1, round(side * film.shrink)) for side in light.shape[1::-1]]
        light = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    if film.blur > 0.2:
        light = cv2.GaussianBlur(light, (0, 0), film.blur)
    length = film.motion * film.shrink
    if length >= 1.5:
        light = cv2.filter2D(light, -1, _motion_kernel(length, film.motion_angle))
    return light


def _motion_kernel(length: float, angle: float) -> NDArray:
    """Return the weights of a straight stroke of a length in pixels."""
    half = int(length / 2) + 1
    line = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    line[half] = np.clip(length / 2 + 0.5 - np.abs(np.arange(-half, half + 1)), 0, 1)
    turn = cv2.getRotationMatrix2D((half, half), angle, 1)
    kernel = cv2.warpAffine(line, turn, line.shape)
    return kernel / kernel.sum()


def _noise(light: FloatArray, strength: float, rng: np.random.Generator) -> FloatArray:
    """Draw shot noise: it grows with the root of the light; a part is shared by RGB."""
    grain = rng.standard_normal((*light.shape[:2], 4), np.float32)
    mixed = 0.7 * grain[..., :3] + 0.7 * grain[..., 3:]
    return mixed * np.sqrt(np.clip(light, 0.02, 1)) * np.float32(0.9 * strength)


def _grade(picture: FloatArray, film: Film) -> FloatArray:
    grey = (picture @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    picture = grey + np.float32(film.saturation) * (picture - grey)
    return 0.5 + np.float32(film.contrast) * (picture - 0.5)
