"""The light of a scene, drawn at random: windows, lamps, sun, flash, grey skies.

Directions are in the camera's frame: x right, y down, z away from the camera.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.space.lighting import Highlight, Lights

#: Lamps of the dome, and of each key light.
_DOME_LAMPS = 18
_KEY_LAMPS = 5


def draw_lights(
    rng: np.random.Generator, *, num_dome: int = _DOME_LAMPS, num_key: int = _KEY_LAMPS
) -> Lights:
    """Draw a scene's light; the brightest surface is seen at about 1.

    Args:
        rng: Source of chance.
        num_dome: Lamps of the dome.
        num_key: Lamps of each key light.
    """
    kind = rng.choice(["window", "ceiling", "sun", "flash", "grey", "two"], p=_CHANCES)
    dome = rng.uniform(0.25, 0.6)
    keys: list[tuple[NDArray, NDArray, float]] = []
    if kind == "window":
        keys.append(
            _key(rng, [_sign(rng), -0.3, -0.5], 0.5, rng.uniform(0.5, 1.2), 0.3)
        )
    elif kind == "ceiling":
        keys.append(_key(rng, [0, -1, -0.2], 0.35, rng.uniform(0.5, 1.1), 0.2))
    elif kind == "sun":
        dome = rng.uniform(0.15, 0.35)
        keys.append(_key(rng, [0, -0.8, -0.3], 0.7, rng.uniform(1.0, 1.6), 0.03))
    elif kind == "flash":
        dome = rng.uniform(0.1, 0.3)
        keys.append(_key(rng, [0, -0.1, -1], 0.08, rng.uniform(0.7, 1.1), 0.05))
    elif kind == "grey":
        dome = rng.uniform(0.7, 1.0)
    else:
        keys.append(
            _key(rng, [_sign(rng), -0.4, -0.4], 0.4, rng.uniform(0.4, 0.8), 0.2)
        )
        keys.append(
            _key(rng, [_sign(rng), -0.2, 0.1], 0.6, rng.uniform(0.3, 0.8), 0.15)
        )
    top = _draw_dome(rng, dome)
    return make_lights(rng, top, keys, num_dome=num_dome, num_key=num_key)


_CHANCES = (0.27, 0.2, 0.13, 0.1, 0.13, 0.17)


def make_lights(
    rng: np.random.Generator,
    dome: tuple[ArrayLike, ArrayLike, ArrayLike],
    keys: list[tuple[NDArray, NDArray, float]],
    *,
    num_dome: int = _DOME_LAMPS,
    num_key: int = _KEY_LAMPS,
) -> Lights:
    """Turn a dome and key lights into lamps.

    Args:
        rng: Places the lamps of the key lights.
        dome: Direction of its top, radiance above and below, linear RGB.
        keys: Direction, radiance and size (radius over distance) of each key light.
        num_dome: Lamps of the dome.
        num_key: Lamps of each key light.
    """
    up, above, below = (np.asarray(value, float) for value in dome)
    directions = [_even_directions(num_dome)]
    height = (directions[0] @ up)[:, None] / 2 + 0.5
    radiance = [(height * above + (1 - height) * below) * 4 / num_dome]
    for direction, light, size in keys:
        offset = rng.normal(size=(num_key, 3)) * size / np.sqrt(2)
        directions.append(_unit(direction + offset))
        radiance.append(np.tile(light / num_key, (num_key, 1)))
    return Lights(
        np.concatenate(directions).astype(np.float32),
        np.concatenate(radiance).astype(np.float32),
        num_dome,
        tuple(Highlight(d.astype(np.float32), light, size) for d, light, size in keys),
    )


def _draw_dome(
    rng: np.random.Generator, strength: float
) -> tuple[NDArray, NDArray, NDArray]:
    up = _unit(np.array([rng.normal(0, 0.4), -1, rng.normal(0, 0.4)]))
    return (
        up,
        strength * rng.uniform(0.9, 1.4) * _tint(rng, 0.06),
        strength * rng.uniform(0.2, 0.8) * _tint(rng, 0.12),
    )


def _key(
    rng: np.random.Generator,
    direction: ArrayLike,
    wander: float,
    light: float,
    size: float,
) -> tuple[NDArray, NDArray, float]:
    turned = _unit(np.asarray(direction) + rng.normal(0, wander, 3))
    return turned, light * _tint(rng, 0.08), float(size * rng.uniform(0.6, 1.6))


def _tint(rng: np.random.Generator, strength: float) -> FloatArray:
    """Draw a colour near white, warm or cold, and slightly green or magenta."""
    warmth, green = rng.normal(0, strength), rng.normal(0, strength / 4)
    return np.exp([warmth, green, -warmth])


def _even_directions(count: int) -> FloatArray:
    """Spread directions evenly over the sphere (Fibonacci lattice)."""
    k = np.arange(count) + 0.5
    angle = np.pi * (1 + np.sqrt(5)) * k
    z = 1 - 2 * k / count
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)


def _unit(vectors: NDArray) -> FloatArray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _sign(rng: np.random.Generator) -> float:
    return float(rng.choice([-1, 1]))
