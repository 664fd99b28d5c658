"""Whose hand it is: age, build, proportions and skin, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import Anatomy, align
from handypose_tf.synth.look.skin import SkinTone

#: Lightest and darkest skin: share of melanosomes in the epidermis' volume.
_MELANIN_RANGE = (0.013, 0.43)

#: Nail polish, linear RGB.
_POLISH = (
    (0.45, 0.01, 0.02),
    (0.5, 0.06, 0.16),
    (0.02, 0.02, 0.03),
    (0.75, 0.45, 0.42),
)


@dataclass(frozen=True)
class Person:
    """One person.

    Attributes:
        targets: Weight of each shape target.
        skin: The colour of the skin.
    """

    targets: dict[str, float]
    skin: SkinTone


@dataclass(frozen=True)
class Body:
    """A shaped arm at rest.

    Attributes:
        vertices: `(num_vertices, 3)` metres, frame as in `anatomy.arm`.
        joints: `(num_joints, 3)` metres.
    """

    vertices: FloatArray
    joints: FloatArray


def shape_body(anatomy: Anatomy, person: Person) -> Body:
    """Return the person's arm, the wrist at the origin and the hand along y."""
    return Body(*align(*anatomy.shape(person.targets)))


def draw_person(rng: np.random.Generator, age: float | None = None) -> Person:
    """Draw a person.

    Args:
        rng: Source of chance.
        age: From -1, a baby, over 0, a child of about twelve, and 1, to 2, an old one;
            drawn, from a child up, if `None`.
    """
    return Person(_draw_targets(rng, age), draw_skin(rng))


def _draw_targets(rng: np.random.Generator, age: float | None) -> dict[str, float]:
    male = float(rng.beta(0.5, 0.5))
    age = float(rng.triangular(0.1, 1.0, 1.9)) if age is None else age
    ages = _between(("baby", "child", "young", "old"), age + 1)
    muscles = _between(("min", "average", "max"), float(rng.uniform(0.2, 1.8)))
    fat = _between(("min", "average", "max"), float(rng.uniform(0.2, 1.9)))
    origins = zip(
        ("african", "asian", "caucasian"), rng.dirichlet([0.5] * 3), strict=True
    )
    genders = {"male": male, "female": 1 - male}
    weights: dict[str, float] = {}
    for gender, of_gender in genders.items():
        for years, of_age in ages.items():
            for muscle, of_muscle in muscles.items():
                for weight, of_weight in fat.items():
                    name = f"universal-{gender}-{years}-{muscle}muscle-{weight}weight"
                    weights[name] = of_gender * of_age * of_muscle * of_weight
    for origin, of_origin in origins:
        for gender, of_gender in genders.items():
            for years, of_age in ages.items():
                weights[f"{origin}-{gender}-{years}"] = float(
                    of_origin * of_gender * of_age
                )
    macro = {f"macrodetails/{name}": weight for name, weight in weights.items()}
    return {name: w for name, w in (macro | _draw_hand(rng)).items() if w > 0.01}


def _draw_hand(rng: np.random.Generator) -> dict[str, float]:
    """Draw the proportions of hand and forearm."""
    spreads = {
        "hands/r-hand-fingers-length": 0.14,
        "hands/r-hand-fingers-diameter": 0.4,
        "hands/r-hand-scale": 0.1,
        "arms/r-lowerarm-fat": 0.3,
        "arms/r-lowerarm-muscle": 0.3,
    }
    weights = {}
    for name, spread in spreads.items():
        value = float(np.clip(rng.normal(0, spread), -2 * spread, 2 * spread))
        weights[f"{name}-{'incr' if value > 0 else 'decr'}"] = abs(value)
    return weights


def draw_skin(rng: np.random.Generator) -> SkinTone:
    """Draw a skin tone, even over the logarithm of the melanin."""
    low, high = np.log(_MELANIN_RANGE)
    polished = rng.random() < 0.07
    polish = _POLISH[rng.integers(len(_POLISH))] if polished else None
    return SkinTone(
        melanin=float(np.exp(rng.uniform(low, high))),
        blood=float(rng.uniform(1.8, 4.4)),
        palm=float(rng.uniform(0.3, 0.75)),
        crease=float(rng.uniform(0.1, 1.0)),
        wrinkle=float(rng.uniform(0.1, 0.9)),
        knuckle=float(rng.uniform(0.1, 0.9)),
        flush=float(rng.uniform(0.1, 1.0)),
        vein=float(rng.uniform(0.0, 0.6)),
        mottle=float(rng.uniform(0.1, 0.9)),
        gloss=float(rng.lognormal(-0.2, 0.5)),
        polish=polish,
    )


def _between(names: tuple[str, ...], value: float) -> dict[str, float]:
    """Share a value from 0 up between the two nearest of the names."""
    return {name: max(0.0, 1 - abs(value - k)) for k, name in enumerate(names)}
