"""Make the README's film strip: a rendered hand that closes and opens, followed.

PYTHONPATH=tools python docs/figures/make_film.py     (needs the extra [synth])

A process without TensorFlow: VTK, which renders, does not share one with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from portrait import OPEN, make_portrait

from handypose_tf.images import write_image
from handypose_tf.images.drawing import contact_sheet
from handypose_tf.inference import HandTracker, draw_hands
from handypose_tf.synth.anatomy.arm import fetch
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posture import Posture, blend
from handypose_tf.synth.world.hand_model import load_hand_model

FILM = Path(__file__).with_name("film.jpg")

#: The film: frames of each movement, of which every few are shown.
_FRAME_RATE, _FRAMES_A_MOVE, _FRAMES_A_TILE = 30, 18, 3
_FILM_COLUMNS = slice(90, 570)


def main() -> None:
    """Draw what `HandTracker` finds."""
    model, tracker = load_hand_model(fetch()), HandTracker(max_hands=1)
    tiles = []
    for posture in _film():
        image, _ = make_portrait(model, posture)
        drawn = draw_hands(image, tracker.update(image))
        tiles.append(drawn[:, _FILM_COLUMNS])
    times = [f"{number / _FRAME_RATE:.2f} s" for number in range(len(tiles))]
    shown = slice(0, None, _FRAMES_A_TILE)
    write_image(FILM, contact_sheet(tiles[shown], times[shown], 6, 240))


def _film() -> Iterator[Posture]:
    """Give the postures of all frames: from each key posture to the next."""
    keys = [OPEN, replace(POSES["fist"], wrist=OPEN.wrist), OPEN]
    for start, end in pairwise(keys):
        for number in range(_FRAMES_A_MOVE):
            share = number / _FRAMES_A_MOVE
            yield blend(start, end, share * share * (3 - 2 * share))


if __name__ == "__main__":
    main()
