"""Skin colour out of what colours skin: melanin, blood, and how much of each.

A layer of epidermis with melanin filters the light twice on its way to and from the
dermis, whose own colour depends on its blood. The strength of melanin's absorption and
the range of melanosomes in human skin (1.3 % to 43 % of the epidermis) are those of
S. L. Jacques, "Skin Optics", Oregon Medical Laser Center News, 1998; the other
constants were chosen so that the two skin patches of the ColorChecker chart are met.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.look.detail import CHANNELS
from handypose_tf.synth.space.surface import Surface

#: Melanin's absorption of red, green and blue light (612, 549, 465 nm), 1 / cm.
_ABSORPTION = 6.6e11 * 550**-3.33 * (np.array([612.0, 549.0, 465.0]) / 550) ** -2.2
_ABSORPTION = _ABSORPTION.astype(np.float32)

#: Path of the light in the epidermis, centimetres: 60 micrometres, there and back, and
#: scattered on the way.
_PATH = np.float32(0.0135)

#: Reflectance of dermis without blood, and its loss for each percent of blood.
_DERMIS = np.array([0.66, 0.545, 0.44], np.float32)
_BLOOD_LOSS = np.array([0.022, 0.115, 0.095], np.float32)

#: What the surface itself reflects.
_SURFACE = np.float32(0.02)


@dataclass(frozen=True)
class SkinTone:
    """What one person's skin is like.

    Attributes:
        melanin: Share of the epidermis' volume, 0.013 (lightest) to 0.43 (darkest).
        blood: Percent of the dermis' volume, about 1 to 5.
        palm: How much of the melanin a palm lacks, 0..1.
        crease: Depth of the palm's lines, 0..1.
        wrinkle: Depth of the knuckles' wrinkles, 0..1.
        knuckle: Extra colour of the knuckles, 0..1.
        flush: Extra blood of fingertips and heels of the palm, 0..1.
        vein: How much veins show, 0..1.
        mottle: Unevenness of the colour, 0..1.
        gloss: Shine of the skin; 1 is usual.
        polish: Colour of nail polish, linear RGB, or `None`.
    """

    melanin: float = 0.04
    blood: float = 2.2
    palm: float = 0.6
    crease: float = 0.6
    wrinkle: float = 0.5
    knuckle: float = 0.5
    flush: float = 0.5
    vein: float = 0.3
    mottle: float = 0.4
    gloss: float = 1.0
    polish: tuple[float, float, float] | None = None


def reflectance(melanin: ArrayLike, blood: ArrayLike) -> FloatArray:
    """Return the linear RGB reflectance `(..., 3)` of skin.

    Args:
        melanin: Share of the epidermis' volume, `(...)`.
        blood: Percent of the dermis' volume, `(...)`.
    """
    melanin = np.asarray(melanin, np.float32)[..., None]
    blood = np.asarray(blood, np.float32)[..., None]
    epidermis = np.exp(-_PATH * _ABSORPTION * melanin ** np.float32(0.9))
    return _SURFACE + epidermis * _DERMIS * np.exp(-_BLOOD_LOSS * blood)


def skin_surface(texels: NDArray[np.uint8], tone: SkinTone) -> Surface:
    """Colour the skin.

    Args:
        texels: `(num_pixels, channels)` as drawn by :func:`draw_tiles`.
        tone: The person's skin.
    """
    t = dict(zip(CHANNELS, texels.T.astype(np.float32) / 255, strict=True))
    mottle = tone.mottle * ((t["mottle"] - 0.5) + 0.35 * (t["grain"] - 0.5))
    dark_knuckle = tone.knuckle * t["knuckle"] * (1 - t["palm"])
    melanin = tone.melanin * (1 - tone.palm * t["palm"])
    melanin = melanin * (1 + 0.45 * dark_knuckle + 0.4 * mottle)
    blood = tone.blood * (1 + 0.35 * t["palm"] + 0.7 * mottle)
    blood = blood + 2.2 * (tone.flush * t["flush"] + 0.45 * dark_knuckle)
    colour = reflectance(np.maximum(melanin, 0.004), np.maximum(blood, 0.2))
    line = 0.55 * tone.crease * t["crease"] + 0.4 * tone.wrinkle * t["wrinkle"]
    colour *= 1 - line[:, None] * np.array([0.45, 0.68, 0.72], np.float32)
    colour *= 1 - tone.vein * t["vein"][:, None] * np.array(
        [0.3, 0.13, 0.05], np.float32
    )
    colour += t["nail"][:, None] * (_nail_colour(t["nail_edge"], tone) - colour)
    nail = t["nail"]
    return Surface(
        colour,
        roughness=0.5 - 0.25 * nail,
        gloss=(tone.gloss + 0.6 * nail) * (1 - 0.5 * line),
        relief=(t["grain"] - 0.5) * (1 - nail),
    )


def _nail_colour(edge: NDArray, tone: SkinTone) -> FloatArray:
    """Return what is seen through a nail: the bed, its white edge, or polish."""
    if tone.polish is not None:
        return np.broadcast_to(np.asarray(tone.polish, np.float32), (len(edge), 3))
    bed = reflectance(0.25 * tone.melanin + 0.008, 1.25 * tone.blood + 0.6)
    white = np.array([0.62, 0.56, 0.48], np.float32)
    return bed + 0.4 * edge[:, None] * (white - bed)
