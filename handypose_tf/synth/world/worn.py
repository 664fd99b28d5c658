"""What an arm wears: sleeves, watches, bracelets."""

from __future__ import annotations

import numpy as np

from handypose_tf.synth.space.mesh import triangulate, vertex_normals
from handypose_tf.synth.world.hand_model import HandModel, PosedHand
from handypose_tf.synth.world.props import draw_cloth
from handypose_tf.synth.world.things import Material, Thing, make_thing


def draw_worn(
    rng: np.random.Generator, model: HandModel, hand: PosedHand
) -> list[Thing]:
    """Draw what the arm wears: often a sleeve, at times a watch or a bracelet."""
    worn = []
    if rng.random() < 0.6:
        cuff = (
            rng.uniform(-0.02, 0.006)
            if rng.random() < 0.6
            else rng.uniform(-0.2, -0.02)
        )
        cloth = draw_cloth(rng)
        gap, folds = rng.uniform(0.003, 0.009), rng.uniform(0.0005, 0.002)
        worn.append(
            sleeve(
                model,
                hand,
                reach=(-9, cuff),
                thickness=gap,
                folds=folds,
                material=cloth,
            )
        )
    elif rng.random() < 0.3:
        start, width = rng.uniform(-0.04, -0.005), rng.uniform(0.004, 0.022)
        band = Material(draw_cloth(rng).picture, float(rng.uniform(0.15, 0.6)), 1.0)
        reach = (start - width, start)
        worn.append(
            sleeve(model, hand, reach=reach, thickness=0.0025, folds=0.0, material=band)
        )
    return worn


def sleeve(
    model: HandModel,
    hand: PosedHand,
    *,
    reach: tuple[float, float],
    thickness: float,
    folds: float,
    material: Material,
) -> Thing:
    """Put cloth, or a band, around a stretch of the arm.

    Args:
        model: The hand's surface.
        hand: The posed hand.
        reach: From where to where along the arm, metres from the wrist.
        thickness: Gap between skin and cloth, metres.
        folds: Height of the cloth's folds, metres.
        material: The cloth.
    """
    low, high = reach
    along = model.along_arm
    quads = model.quads[
        ((along[model.quads] < high) & (along[model.quads] > low)).any(1)
    ]
    used, quads = np.unique(quads, return_inverse=True)
    quads = quads.reshape(-1, 4)
    beyond = along[used] - np.clip(along[used], low, high)
    around = np.arctan2(hand.normals[used, 2], hand.normals[used, 0])
    wave = np.sin(along[used] * 190 + 2.2 * np.sin(around * 2 + along[used] * 40))
    points = (
        hand.points[used] + hand.normals[used] * (thickness + folds * wave)[:, None]
    )
    points -= beyond[:, None] * hand.arm_axis
    places = np.stack([around / np.pi, along[used] * 8], axis=1)
    points = points.astype(np.float32)
    normals = vertex_normals(points, quads)
    return make_thing(points, normals, triangulate(quads), places, material)
