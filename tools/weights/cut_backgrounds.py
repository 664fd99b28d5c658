"""Cut pieces without hands out of photos of hands, as backgrounds.

    python tools/weights/cut_backgrounds.py data/real_hands --out backgrounds

MediaPipe's palm detector looks at every photo in four turns, and is believed at a low
score. Beside what it finds, the largest upright strip is kept, if the detector finds
nothing in that either. Photos where it sees no palm at all are left out: there it
missed one. `handypose synth` and `train_detector.py` are given the folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from prepare_scenes import palm_boxes
from tqdm import tqdm

from handypose_tf.geometry import FloatArray
from handypose_tf.images import IMAGE_SUFFIXES, Image, read_image, write_image
from handypose_tf.labelling.mediapipe import MediaPipeHands

#: Photos in rooms. The others show a wall, or hands that the palm detector misses:
#: fists and second hands of `letters`, small ones of `bodies`.
FOLDERS = ("places", "gestures", "phone", "two_hands")

#: What is kept away from a hand, over its box.
MARGIN = 0.25

#: Shorter side of a piece at least, and longer side at most, pixels.
MIN_SIDE, MAX_SIDE = 160, 640

#: Side of the thumbnails by which near-copies are told, and how many levels they may
#: differ.
THUMBNAIL, SAME_LEVELS = 8, 8


def largest_strip(image: Image, boxes: FloatArray) -> Image:
    """Return the largest strip of a photo beside, above or below all boxes."""
    height, width = image.shape[:2]
    margin = MARGIN * boxes[:, 2:]
    low = np.floor((boxes[:, :2] - margin).min(axis=0)).astype(int)
    high = np.ceil((boxes[:, :2] + boxes[:, 2:] + margin).max(axis=0)).astype(int)
    left, top = np.clip(low, 0, (width, height))
    right, bottom = np.clip(high, 0, (width, height))
    strips = (image[:, :left], image[:, right:], image[:top], image[bottom:])
    return max(strips, key=lambda strip: strip.size)


def shrink(image: Image) -> Image:
    """Return a piece no larger than backgrounds are kept."""
    scale = min(1.0, MAX_SIDE / max(image.shape[:2]))
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def cut(photos: list[Path], out: Path) -> int:
    """Write the pieces, each once; returns how many."""
    detector = MediaPipeHands()
    thumbnails: list[FloatArray] = []
    for path in tqdm(photos, unit=" photo", mininterval=5, disable=None):
        image = read_image(path)
        boxes = palm_boxes(detector, image)
        if not len(boxes):
            continue
        piece = largest_strip(image, boxes)
        if min(piece.shape[:2]) < MIN_SIDE or len(palm_boxes(detector, piece)):
            continue
        small = cv2.resize(
            piece, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA
        ).astype(float)
        if all(np.abs(small - other).mean() >= SAME_LEVELS for other in thumbnails):
            write_image(out / f"{len(thumbnails):04d}_{path.stem}.jpg", shrink(piece))
            thumbnails.append(small)
    return len(thumbnails)


def main() -> None:
    """Cut backgrounds out of a folder's photos."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", type=Path, help="folder with the folders of photos")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    photos = [
        path
        for folder in FOLDERS
        for path in sorted((args.photos / folder).rglob("*"))
        if path.suffix.lower() in IMAGE_SUFFIXES
    ]
    print(f"{args.out}: {cut(photos, args.out)} backgrounds of {len(photos)} photos")


if __name__ == "__main__":
    main()
