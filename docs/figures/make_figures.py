"""Make the pictures of README and docs: rendered hands alone, no photo of anybody.

python docs/figures/make_figures.py          (needs the extra [synth])

`draw_network.py` beside it draws the network.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from handypose_tf.cli.main import main as handypose
from handypose_tf.data import Record
from handypose_tf.data.readers import CocoReader
from handypose_tf.data.scenes import group_by_picture
from handypose_tf.drawing import contact_sheet, draw_keypoints
from handypose_tf.geometry import box_center
from handypose_tf.images import Image, write_image
from handypose_tf.inference import HandTracker, draw_hands
from handypose_tf.synth.anatomy import fetch
from handypose_tf.synth.hand_model import load_hand_model
from handypose_tf.synth.portrait import OPEN, make_portrait
from handypose_tf.synth.poses import POSES
from handypose_tf.synth.posture import Posture, blend

FOLDER = Path(__file__).parent

#: Rendered hands that are shown, in rows of six.
_NUM_HANDS = 12
_SEED = 12
_TILE = 200
#: Rendered pictures of people that are shown, in rows of five.
_NUM_PEOPLE = 10
#: Side of what is shown over that of the hand's box.
_SHOWN = 1.8

#: The film: frames of each movement, of which every few are shown.
_FRAME_RATE, _FRAMES_A_MOVE, _FRAMES_A_TILE = 30, 18, 3
_FILM_COLUMNS = slice(90, 570)


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        draw_demo(Path(scratch) / "demo")
        draw_rendered_hands(Path(scratch) / "hands")
        draw_rendered_people(Path(scratch) / "people")
    draw_film_strip()


def draw_demo(scratch: Path) -> None:
    """Draw what `handypose demo` finds: keypoints and heatmaps."""
    handypose(["demo", "--out", str(scratch)])
    shutil.copy(scratch / "hand.jpg", FOLDER / "demo.jpg")
    shutil.copy(scratch / "heatmaps.jpg", FOLDER / "heatmaps.jpg")


def draw_rendered_hands(scratch: Path) -> None:
    """Draw what `handypose synth` renders, with its labels."""
    count = ["--count", str(_NUM_HANDS), "--seed", str(_SEED), "--workers", "1"]
    handypose(["synth", "--out", str(scratch), *count])
    records = CocoReader(scratch / "annotations.json").records()[:_NUM_HANDS]
    sheet = contact_sheet([_tile(record) for record in records], None, 6, _TILE)
    write_image(FOLDER / "synth.jpg", sheet)


def draw_rendered_people(scratch: Path) -> None:
    """Draw what `handypose synth --people` renders, with the hands that it labels."""
    count = ["--count", str(_NUM_PEOPLE), "--seed", str(_SEED), "--workers", "1"]
    handypose(["synth", "--people", "--out", str(scratch), "--size", "384", *count])
    pictures = group_by_picture(CocoReader(scratch / "annotations.json").records())
    tiles = []
    for picture in pictures:
        image = picture.records[0].read_image()
        for hand in picture.records:
            image = draw_keypoints(image, hand.keypoints, None, hand.visibility)
        tiles.append(image)
    write_image(FOLDER / "people.jpg", contact_sheet(tiles, None, 5, 240))


def _tile(record: Record) -> Image:
    """Draw a hand and what is around it in its picture."""
    image = draw_keypoints(
        record.read_image(), record.keypoints, None, record.visibility
    )
    side = min(round(_SHOWN * record.box[2:].max()), *image.shape[:2])
    left, top = np.round(box_center(record.box) - side / 2).astype(int)
    left, top = np.clip((left, top), 0, np.subtract(image.shape[1::-1], side))
    return image[top : top + side, left : left + side]


def draw_film_strip() -> None:
    """Draw what `HandTracker` finds in a film of a hand that closes and opens."""
    model, tracker = load_hand_model(fetch()), HandTracker(max_hands=1)
    tiles = []
    for posture in _film():
        image, _ = make_portrait(model, posture)
        drawn = draw_hands(image, tracker.update(image))
        tiles.append(drawn[:, _FILM_COLUMNS])
    times = [f"{number / _FRAME_RATE:.2f} s" for number in range(len(tiles))]
    shown = slice(0, None, _FRAMES_A_TILE)
    write_image(FOLDER / "film.jpg", contact_sheet(tiles[shown], times[shown], 6, 240))


def _film() -> Iterator[Posture]:
    """Give the postures of all frames: from each key posture to the next."""
    keys = [OPEN, replace(POSES["fist"], wrist=OPEN.wrist), OPEN]
    for start, end in pairwise(keys):
        for number in range(_FRAMES_A_MOVE):
            share = number / _FRAMES_A_MOVE
            yield blend(start, end, share * share * (3 - 2 * share))


if __name__ == "__main__":
    main()
