"""What a hand's skin shows besides its colour: nails, creases, knuckles, pale palms.

The features are drawn in three dimensions on the unposed hand, so that their tiles need
no seams and no painting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray
from handypose_tf.synth.anatomy.arm import Anatomy
from handypose_tf.synth.look.hand_map import FingerMap, HandMap
from handypose_tf.synth.look.texels import TILE, find_texels, look_up_nails
from handypose_tf.synth.space.fields import bump, cloud, distance_to_curve, ramp

#: Changes whenever drawn tiles do, so that stored ones are drawn again.
DETAIL_VERSION = 2

#: Names of the channels of the tiles, each 0..1 (mottle and grain: noise around 0.5).
CHANNELS = (
    *("palm", "nail", "nail_edge", "crease", "wrinkle"),
    *("knuckle", "flush", "vein", "mottle", "grain"),
)

_MM = 1e-3
_CM = 1e-2

#: The lines of palm and wrist: strength, and x, y in centimetres, frame of the arm.
_LIFE = [(-3.5, 7.3), (-1.9, 6.9), (-0.6, 5.7), (0.0, 4.1), (-0.3, 2.5), (-0.8, 1.2)]
_HEAD = [(-3.5, 7.5), (-1.6, 7.2), (0.6, 6.4), (2.6, 4.9)]
_HEART = [(4.8, 6.7), (2.8, 7.1), (0.9, 7.7), (-0.5, 8.6), (-1.0, 9.4)]
_WRIST = [(-2.6, 0.75), (0.0, 0.5), (2.6, 0.8)]
_WRIST_BELOW = [(-2.6, -0.1), (0.0, -0.4), (2.6, -0.1)]
_LINES = (
    *((1.0, _LIFE), (0.8, _HEAD), (0.9, _HEART)),
    *((0.7, _WRIST), (0.4, _WRIST_BELOW)),
)

#: Where a palm is red, centimetres (x, y): its heels, and below the fingers.
_CUSHIONS = (
    *((-2.5, 4.0), (3.2, 4.5)),
    *((-2.3, 8.6), (0.2, 8.9), (2.2, 8.4), (3.8, 7.4)),
)


def draw_tiles(anatomy: Anatomy) -> NDArray[np.uint8]:
    """Return the tiles of all quads, 0..255.

    Returns:
        `(num_faces, TILE, TILE, channels)`; texels lie as in :class:`Texels`.
    """
    hand = HandMap(anatomy, find_texels(anatomy))
    nail = look_up_nails(anatomy)
    layers = {
        "palm": _palm(hand),
        "nail": nail,
        "nail_edge": hand.over_fingers(_nail_edge) * nail,
        "crease": _creases(hand) * (1 - nail),
        "wrinkle": _wrinkles(hand) * (1 - nail),
        "knuckle": _knuckles(hand) * (1 - nail),
        "flush": _flush(hand),
        "vein": _veins(hand),
        "mottle": 0.5 + cloud(hand.points / (14 * _MM), 3, seed=1),
        "grain": 0.5 + cloud(hand.points / (1.2 * _MM), 2, seed=2),
    }
    stack = np.stack([layers[name] for name in CHANNELS], axis=-1)
    tiles = np.clip(stack * 255 + 0.5, 0, 255).astype(np.uint8)
    return tiles.reshape(-1, TILE, TILE, len(CHANNELS))


def _palm(hand: HandMap) -> FloatArray:
    """Draw the pale inner side, of the hand fully and of the arm a little."""
    inner = -hand.facing - 0.25 * hand.wave
    on_arm = 0.25 * ramp(inner, -0.3, 0.6)
    return np.maximum(ramp(inner, -0.25, 0.5) * hand.on_hand, on_arm)


def _nail_edge(finger: FingerMap) -> FloatArray:
    """Draw the white edge: the last millimetres of a finger."""
    return ramp(finger.along[3], -3.2 * _MM, -2.4 * _MM)


def _creases(hand: HandMap) -> FloatArray:
    fingers = hand.over_fingers(_finger_creases)
    flat = hand.points[:, :2] + 1.2 * _MM * hand.wave[:, None]
    lines = 0.35 * bump(cloud(hand.points / (9 * _MM), 2, seed=5), 0.02)
    for strength, knots in _LINES:
        distance = distance_to_curve(flat, np.array(knots) * _CM)
        lines = np.maximum(lines, strength * bump(distance, 0.9 * _MM))
    lines = lines * (1 - hand.on_finger) * ramp(hand.points[:, 1], -0.02, -0.01)
    return ramp(-hand.facing, -0.25, 0.2) * np.maximum(fingers, lines)


def _finger_creases(finger: FingerMap) -> FloatArray:
    """Draw a crease at the finger's root, a double one, and one at the end joint."""
    along, wave = finger.along, 0.8 * _MM * finger.wave
    lines = [
        0.8 * bump(along[0] - 0.22 * finger.first_bone + wave, 0.5 * _MM),
        1.0 * bump(along[1] - 0.8 * _MM + wave, 0.5 * _MM),
        0.7 * bump(along[1] + 1.0 * _MM - wave, 0.4 * _MM),
        0.9 * bump(along[2] + wave, 0.5 * _MM),
    ]
    return np.max(lines, axis=0)


def _wrinkles(hand: HandMap) -> FloatArray:
    """Draw the folds on the back of the fingers' joints."""

    def folds(finger: FingerMap) -> FloatArray:
        total = np.zeros_like(finger.wave)
        for joint, reach, gap in ((1, 4.5, 1.7), (2, 2.5, 1.5)):
            at = finger.along[joint] + 3 * _MM * finger.wave
            lines = 0.5 + 0.5 * np.cos(at * 2 * np.pi / (gap * _MM))
            total += lines**3 * bump(finger.along[joint], reach * _MM)
        return total

    return ramp(hand.facing, 0.1, 0.6) * hand.over_fingers(folds)


def _knuckles(hand: HandMap) -> FloatArray:
    """Draw the darker or redder skin on the back of all joints."""

    def joints(finger: FingerMap) -> FloatArray:
        middle, end = bump(finger.along[1], 7 * _MM), bump(finger.along[2], 5 * _MM)
        return np.maximum(middle, 0.7 * end)

    total = hand.over_fingers(joints)
    for chain in hand.chains[1:]:
        base = chain[0] + [0, -0.008, 0.008]
        distance = np.linalg.norm(hand.points - base, axis=1)
        total = np.maximum(total, 0.8 * bump(distance, 10 * _MM))
    return ramp(hand.facing, -0.1, 0.6) * total


def _flush(hand: HandMap) -> FloatArray:
    """Draw where blood shows: the fingertips and the cushions of the palm."""
    tips = hand.over_fingers(lambda f: ramp(f.along[3], -14 * _MM, -2 * _MM))
    cushions = np.zeros(len(hand.points))
    for center in _CUSHIONS:
        gap = np.linalg.norm(hand.points[:, :2] - np.array(center) * _CM, axis=1)
        cushions = np.maximum(cushions, 0.8 * bump(gap, 11 * _MM))
    on_palm = ramp(-hand.facing, -0.1, 0.4) * hand.on_hand * (1 - hand.on_finger)
    return np.maximum(tips, cushions * on_palm)


def _veins(hand: HandMap) -> FloatArray:
    """Draw veins on the back of the hand and on the inner forearm."""
    lines = bump(cloud(hand.points / (28 * _MM), 2, seed=7), 0.03)
    on_back = ramp(hand.facing, 0.3, 0.8) * ramp(-hand.points[:, 1], -0.085, -0.06)
    on_arm = ramp(-hand.facing, 0.3, 0.8) * ramp(-hand.points[:, 1], 0.0, 0.03)
    return lines * np.maximum(on_back, 0.7 * on_arm) * (1 - hand.on_finger)
