"""Make the pictures of what `handypose synth` renders; no photo of anybody.

python docs/figures/make_figures.py          (needs the extra [synth])

Beside it, `draw_network.py` draws the network; `make pictures` runs `make_film.py` and
`make_finds.py`, which show what the shipped models find.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from handypose_tf.data import Record
from handypose_tf.data.readers import CocoReader
from handypose_tf.data.scenes.pictures import group_by_picture
from handypose_tf.geometry import box_center
from handypose_tf.images import Image, write_image
from handypose_tf.images.drawing import contact_sheet, draw_keypoints
from handypose_tf.synth.world.backgrounds import find_photos

FOLDER = Path(__file__).parent

#: Rendered hands that are shown, in rows of six.
_NUM_HANDS = 12
_SEED = 12
_TILE = 200
#: Rendered pictures of people that are shown, in rows of five.
_NUM_PEOPLE = 10
#: Side of what is shown over that of the hand's box.
_SHOWN = 1.8


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        photos = copy_free_photos(Path(scratch) / "photos")
        draw_rendered_hands(Path(scratch) / "hands", photos, "synth.jpg")
        hard = Path(scratch) / "hard"
        draw_rendered_hands(hard, photos, "hard.jpg", ["--hard", "1"])
        draw_rendered_people(Path(scratch) / "people", photos)


def handypose(words: list[str]) -> None:
    """Run a command in a process of its own: VTK and TensorFlow do not share one."""
    subprocess.run([sys.executable, "-m", "handypose_tf.cli", *words], check=True)


def copy_free_photos(folder: Path) -> str:
    """Copy scikit-image's photos, which are free; wallpapers have other licences."""
    folder.mkdir()
    for path in find_photos(None):
        if "skimage" in path.parts:
            shutil.copy(path, folder)
    return str(folder)


def draw_rendered_hands(
    scratch: Path, photos: str, name: str, options: Sequence[str] = ()
) -> None:
    """Draw what `handypose synth` renders with options, with its labels."""
    count = ["--count", str(_NUM_HANDS), "--seed", str(_SEED), "--workers", "1"]
    where = ["--out", str(scratch), "--backgrounds", photos]
    handypose(["synth", *where, *count, *options])
    records = CocoReader(scratch / "annotations.json").records()[:_NUM_HANDS]
    sheet = contact_sheet([_tile(record) for record in records], None, 6, _TILE)
    write_image(FOLDER / name, sheet)


def draw_rendered_people(scratch: Path, photos: str) -> None:
    """Draw what `handypose synth --people` renders, with the hands that it labels."""
    count = ["--count", str(_NUM_PEOPLE), "--seed", str(_SEED), "--workers", "1"]
    count += ["--size", "384", "--backgrounds", photos]
    handypose(["synth", "--people", "--out", str(scratch), *count])
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


if __name__ == "__main__":
    main()
