"""Made-up whole pictures for a hand detector: hands at all sizes, places and turns.

A scene is a photo or a background with other pictures pasted over it: a hand cut out
by its mask, a piece of a picture around a hand, or a piece without hands, so that
neither an edge nor a paste tells of a hand. numpy and OpenCV; a scene depends on its
seed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.polygons import decode_mask
from handypose_tf.data.sample import Record
from handypose_tf.data.scenes.canvas import SceneCanvas, mirror_matrix
from handypose_tf.data.scenes.pictures import ScenePicture
from handypose_tf.errors import DataError
from handypose_tf.geometry import (
    FloatArray,
    box_center,
    crop_matrix,
    image_box,
    letterbox_matrix,
    tight_box,
)
from handypose_tf.hand import HAND, IGNORED
from handypose_tf.images import Image, read_image

#: Hands of a scene at the most; what is beyond is left out of the labels' array.
MAX_SCENE_HANDS = 16

#: Pictures pasted over a photo, and over a background: chance of 0, 1, 2 ...
_OVER_PHOTO = (0.6, 0.25, 0.15)
_OVER_BACKGROUND = (0.12, 0.36, 0.28, 0.16, 0.08)

#: How much a picture is enlarged at the most.
_MOST_ZOOM = 4.0


@dataclass(frozen=True, kw_only=True)
class SceneStyle:
    """What scenes are made like.

    Attributes:
        photo: Chance that a photo is the ground, and not a background.
        whole: Chance that such a photo is shown whole, as the detector will see it.
        smallest: Size of the smallest hands, in sides of the scene.
        largest: Size of the largest hands of a photo.
        largest_pasted: Size of the largest hands that are pasted.
        empty: Chance that a paste shows no hand.
        any_turn: Chance that a photo is turned by any angle, and not just a little.
    """

    photo: float = 0.55
    whole: float = 0.35
    smallest: float = 0.06
    largest: float = 0.9
    largest_pasted: float = 0.5
    empty: float = 0.2
    any_turn: float = 0.25


class SceneMaker:
    """Makes scenes out of pictures with hands and backgrounds without.

    Args:
        sources: Groups of pictures, each with how often it is drawn.
        backgrounds: Picture files without hands.
        style: What scenes are made like.

    Raises:
        DataError: If there are no pictures or no backgrounds.
    """

    def __init__(
        self,
        sources: Sequence[tuple[Sequence[ScenePicture], float]],
        backgrounds: Sequence[Path],
        style: SceneStyle | None = None,
    ) -> None:
        self.sources = [pictures for pictures, _ in sources if pictures]
        weights = np.array([weight for pictures, weight in sources if pictures])
        if not self.sources or not backgrounds:
            raise DataError(
                "scenes need pictures with hands and backgrounds; name both"
            )
        self.backgrounds = list(backgrounds)
        self.style = style or SceneStyle()
        self._shares = weights / weights.sum()

    def make(self, size: int, seed: Sequence[int]) -> tuple[Image, FloatArray]:
        """Make a scene.

        Args:
            size: Side of the scene, pixels.
            seed: Whole numbers; the same make the same scene.

        Returns:
            `(size, size, 3)` uint8 RGB, and its hands `(MAX_SCENE_HANDS, 7)` float32
            as `handypose_tf.losses.detection_loss` takes them.
        """
        rng = np.random.default_rng(seed)
        canvas = SceneCanvas(size)
        if rng.random() < self.style.photo:
            whole = rng.random() < self.style.whole
            if rng.random() < (0.3 if whole else 0.85):
                self._lay_background(rng, canvas)
            self._lay_photo(rng, canvas, whole)
            count = rng.choice(len(_OVER_PHOTO), p=_OVER_PHOTO)
        else:
            self._lay_background(rng, canvas)
            count = rng.choice(len(_OVER_BACKGROUND), p=_OVER_BACKGROUND)
        for _ in range(count):
            if rng.random() < self.style.empty:
                self._paste_background(rng, canvas)
            else:
                self._paste_hand(rng, canvas)
        return canvas.image, canvas.hands(MAX_SCENE_HANDS)

    def _draw(self, rng: np.random.Generator) -> tuple[ScenePicture, Record, Image]:
        """Draw a picture and one of its hands."""
        source = self.sources[int(rng.choice(len(self.sources), p=self._shares))]
        picture = source[int(rng.integers(len(source)))]
        record = picture.records[int(rng.integers(len(picture.records)))]
        return picture, record, record.read_image()

    def _lay_background(self, rng: np.random.Generator, canvas: SceneCanvas) -> None:
        """Fill the scene with a piece of a background."""
        image = self._background(rng)
        height, width = image.shape[:2]
        side = rng.uniform(0.5, 1.0) * min(height, width)
        low = rng.uniform(0, np.array([width, height]) - side)
        matrix = crop_matrix(low + side / 2 - 0.5, side, canvas.size)
        if rng.random() < 0.5:
            matrix = mirror_matrix(canvas.size) @ matrix
        canvas.paste(image, matrix)

    def _lay_photo(
        self, rng: np.random.Generator, canvas: SceneCanvas, whole: bool
    ) -> None:
        """Lay a photo under the scene: whole, or so that a hand has a drawn size."""
        picture, record, image = self._draw(rng)
        height, width = image.shape[:2]
        degrees = rng.normal(0, 12)
        if whole:
            middle = box_center(image_box(width, height))
            side = max(width, height) * np.exp(rng.normal(0, 0.08))
            matrix = crop_matrix(middle, side, canvas.size, degrees=0.5 * degrees)
            if rng.random() < 0.3:
                matrix = letterbox_matrix(width, height, canvas.size)
        else:
            if rng.random() < self.style.any_turn:
                degrees = rng.uniform(0, 360)
            matrix = self._place(rng, record, canvas.size, self.style.largest, degrees)
        if rng.random() < 0.5:
            matrix = mirror_matrix(canvas.size) @ matrix
        canvas.paste(image, matrix, picture.records, picture.possible)

    def _paste_hand(self, rng: np.random.Generator, canvas: SceneCanvas) -> None:
        """Paste a hand cut out by its mask, or the piece of a picture around it."""
        picture, record, image = self._draw(rng)
        matrix = self._place(
            rng, record, canvas.size, self.style.largest_pasted, rng.uniform(0, 360)
        )
        if rng.random() < 0.5:
            matrix = mirror_matrix(canvas.size) @ matrix
        if record.mask and rng.random() < 0.7:
            alpha, soft = decode_mask(record.mask), 0.7
        else:
            alpha = _window(rng, record, image)
            soft = _softness(rng, canvas.size)
        canvas.paste(
            _relight(rng, image),
            matrix,
            picture.records,
            picture.possible,
            alpha=alpha,
            soft=soft,
        )

    def _paste_background(self, rng: np.random.Generator, canvas: SceneCanvas) -> None:
        """Paste a piece without hands."""
        image = self._background(rng)
        side = rng.uniform(0.15, 0.6) * canvas.size
        degrees = rng.uniform(0, 360)
        height, width = image.shape[:2]
        zoom = canvas.size / (side / max(height, width))
        matrix = crop_matrix(
            box_center(image_box(width, height)), zoom, canvas.size, degrees=degrees
        )
        matrix[:2, 2] += rng.uniform(-0.5, 0.5, 2) * canvas.size
        canvas.paste(image, matrix, soft=_softness(rng, canvas.size))

    def _place(
        self,
        rng: np.random.Generator,
        record: Record,
        size: int,
        largest: float,
        degrees: float,
    ) -> FloatArray:
        """Return a matrix that gives a hand a size and a place, both drawn."""
        box = tight_box(record.keypoints, record.visibility)
        log_size = rng.uniform(np.log(self.style.smallest), np.log(largest))
        wanted = float(np.exp(log_size))
        hand = max(float(box[2:].max()), 1.0)
        wanted = min(wanted, _MOST_ZOOM * hand / size)
        matrix = crop_matrix(box_center(box), hand / wanted, size, degrees=degrees)
        margin = min(0.45 * wanted, 0.5)
        matrix[:2, 2] += size * (rng.uniform(margin, 1 - margin, 2) - 0.5)
        return matrix

    def _background(self, rng: np.random.Generator) -> Image:
        return read_image(self.backgrounds[rng.integers(len(self.backgrounds))])


def scene_boxes(hands: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    """Return the boxes of a scene's hands, and of where there may be others.

    Args:
        hands: `(MAX_SCENE_HANDS, 7)`, as `SceneMaker.make` returns them.
        size: Side of the scene, pixels.

    Returns:
        Each `(num_boxes, 4)`: x, y, width and height in pixels.
    """
    sides = hands[:, 2:4] * size
    boxes = np.concatenate([hands[:, :2] * size - 0.5 - sides / 2, sides], axis=1)
    return boxes[hands[:, 6] == HAND], boxes[hands[:, 6] == IGNORED]


def _window(rng: np.random.Generator, record: Record, image: Image) -> NDArray:
    """Return the alpha of a rectangle around a hand."""
    box = tight_box(record.keypoints, record.visibility)
    sides = box[2:].max() * rng.uniform(1.2, 3.0) * np.exp(rng.normal(0, 0.15, 2))
    middle = box_center(box) + rng.normal(0, 0.1, 2) * box[2:].max()
    low = np.maximum(np.rint(middle - sides / 2), 0).astype(int)
    high = np.maximum(np.rint(middle + sides / 2), low + 1).astype(int)
    alpha = np.zeros(image.shape[:2], np.uint8)
    alpha[low[1] : high[1], low[0] : high[0]] = 255
    return alpha


def _softness(rng: np.random.Generator, size: int) -> float:
    """Return the standard deviation that a paste's edge is blurred by, pixels."""
    return float(rng.uniform(0.004, 0.03) * size) if rng.random() < 0.5 else 0.0


def _relight(rng: np.random.Generator, image: Image) -> Image:
    """Change a pasted picture's light by itself, half of the time."""
    if rng.random() < 0.5:
        return image
    gain = np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.08, 3))
    changed = image * gain.astype(np.float32) + np.float32(rng.normal(0, 12))
    return np.clip(changed, 0, 255).astype(np.uint8)
