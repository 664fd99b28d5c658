"""How strongly samples are changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from handypose_tf.data.augment.draws import MAX_DEVIATIONS

#: What is kept around a crop beyond its reach: the averaging before a strong reduction
#: looks a little further.
_CONTEXT_MARGIN = 1.05

_PROBABILITIES = (
    "mirror", "fill", "background", "gray", "shade", "blur", "low_resolution",
    "noise", "jpeg", "erase",
)  # fmt: skip

_MOVES = ("rotation", "scale", "shift", "stretch", "shear", "mirror")

_LEVELS = ("brightness", "shade_levels", "noise_levels")

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
        bounds |= dict.fromkeys(_MOVES, 1.0) | dict.fromkeys(_LEVELS, 255.0)
        bounds |= {"rotation": 360.0, "jpeg_quality": 90.0}
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
