"""Films of two rendered hands that cross or meet, with true keypoints.

The hand of `handypose demo` is cut out by its colour and pasted over a made-up
background, as it is for a right hand and mirrored for a left one, moved, sized and
rolled by a known matrix. Nothing is read but that picture, nothing is random without a
seed: the same films everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.geometry import FloatArray, crop_matrix, transform_points
from handypose_tf.images import Image, read_image

WIDTH, HEIGHT, FPS = 640, 480, 30

#: The middle of its palm.
_PALM = np.array([320.0, 250.0])
#: Skin is redder than blue by this much in the demo's picture, its background is not.
_SKIN = (12.0, 30.0)


class Place(NamedTuple):
    """Where a hand is: its palm in the film's pixels, its scale and its roll."""

    x: float
    y: float
    scale: float = 0.5
    degrees: float = 0.0


Way = Callable[[float], Place]


@dataclass(frozen=True)
class Actor:
    """A hand of a film.

    Attributes:
        is_left: Which hand it is.
        way: Where it is at each time, seconds.
    """

    is_left: bool
    way: Way


@dataclass(frozen=True)
class FilmFrame:
    """A frame and what is true of it.

    Attributes:
        image: `(HEIGHT, WIDTH, 3)` uint8 RGB.
        keypoints: `(num_actors, 21, 2)`, pixels.
        seen: `(num_actors,)`, the share of each hand's points that nothing covers.
    """

    image: Image
    keypoints: FloatArray
    seen: FloatArray


class CrossingFilm:
    """Two hands on their ways; the later one of `actors` is in front.

    Args:
        actors: The hands.
        num_frames: Of the film.
        cover: Left, top, right and bottom of a grey board in front of all.
    """

    def __init__(
        self,
        *actors: Actor,
        num_frames: int = 60,
        cover: tuple[int, int, int, int] | None = None,
    ) -> None:
        """Cut the hand out."""
        self.actors = actors
        self.num_frames = num_frames
        self._cover = cover
        self._hand, self._matte, self._points = _cut_out()
        self._behind = _background()

    def __iter__(self) -> Iterator[FilmFrame]:
        """Draw one frame after the other."""
        noise = np.random.default_rng(7)
        for frame in range(self.num_frames):
            drawn = self._draw(frame / FPS)
            grain = noise.normal(0, 2, drawn.image.shape)
            image = np.clip(np.rint(drawn.image + grain), 0, 255).astype(np.uint8)
            yield FilmFrame(image, drawn.keypoints, drawn.seen)

    def _draw(self, seconds: float) -> FilmFrame:
        image = self._behind.copy()
        points: list[FloatArray] = []
        seen: list[NDArray[np.bool_]] = []
        for actor in self.actors:
            matrix = _matrix(actor.way(seconds), actor.is_left)
            matte = _warp(self._matte, matrix)[..., None]
            image = image * (1 - matte) + _warp(self._hand, matrix) * matte
            own = transform_points(self._points, matrix)
            hidden = [_covers(matte[..., 0], earlier) for earlier in points]
            seen = [a & ~b for a, b in zip(seen, hidden, strict=True)]
            seen.append(_inside(own))
            points.append(own)
        if self._cover is not None:
            left, top, right, bottom = self._cover
            image[top:bottom, left:right] = 120
            x, y = np.moveaxis(np.array(points), -1, 0)
            free = (x < left) | (x >= right) | (y < top) | (y >= bottom)
            seen = [a & b for a, b in zip(seen, free, strict=True)]
        return FilmFrame(image, np.array(points), np.mean(seen, axis=1))


def across(
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    seconds: float = 2.0,
    scale: float = 0.5,
    degrees: float = 0.0,
) -> Way:
    """Go from one place to another at one speed, rolling by `degrees` on the way."""

    def way(time: float) -> Place:
        share = time / seconds
        x, y = np.array(start) + share * np.subtract(end, start)
        return Place(float(x), float(y), scale, degrees * share)

    return way


def there_and_back(
    start: tuple[float, float], turn: tuple[float, float], *, seconds: float = 2.0
) -> Way:
    """Go to a place and back, slowing down where it turns."""

    def way(time: float) -> Place:
        share = np.sin(np.pi * time / seconds)
        x, y = np.array(start) + share * np.subtract(turn, start)
        return Place(float(x), float(y))

    return way


def films() -> dict[str, CrossingFilm]:
    """Return the films by name."""
    low, high = 300.0, 250.0
    right = Actor(False, across((110, high), (530, high)))
    left = Actor(True, across((530, low), (110, low)))
    other = Actor(False, across((530, low), (110, low)))
    quick = {"seconds": 1.0}
    return {
        "cross, left in front": CrossingFilm(right, left),
        "cross, right in front": CrossingFilm(left, right),
        "cross, two right hands": CrossingFilm(right, other),
        "cross at one height": CrossingFilm(
            right, Actor(True, across((530, high), (110, high)))
        ),
        "cross in a second": CrossingFilm(
            Actor(False, across((110, high), (530, high), **quick)),
            Actor(True, across((530, low), (110, low), **quick)),
            num_frames=30,
        ),
        "cross in four seconds": CrossingFilm(
            Actor(False, across((110, high), (530, high), seconds=4)),
            Actor(True, across((530, low), (110, low), seconds=4)),
            num_frames=120,
        ),
        "cross, rolling, one nearer": CrossingFilm(
            Actor(False, across((110, 290), (530, 230), degrees=40)),
            Actor(True, across((530, 260), (110, 300), scale=0.65, degrees=-30)),
        ),
        "meet and part": CrossingFilm(
            Actor(False, there_and_back((110, high), (290, high))),
            Actor(True, there_and_back((530, high), (350, high))),
        ),
        "hide and part": CrossingFilm(
            Actor(False, there_and_back((110, high), (310, high))),
            Actor(True, there_and_back((530, low), (330, low))),
        ),
        "behind a board": CrossingFilm(
            Actor(False, across((110, high), (530, high), seconds=1.5)),
            num_frames=45,
            cover=(270, 60, 340, 420),
        ),
    }


def _cut_out() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the demo's hand, how far each pixel is of it, and its keypoints."""
    assets = resources.files("handypose_tf") / "assets"
    with resources.as_file(assets / "demo_hand.jpg") as path:
        image = read_image(path).astype(np.float32)
    points = json.loads((assets / "demo_hand.json").read_text())["keypoints"]
    low, high = _SKIN
    redder = cv2.GaussianBlur(image[..., 0] - image[..., 2], (0, 0), 1)
    return image, np.clip((redder - low) / (high - low), 0, 1), np.array(points)


def _background() -> FloatArray:
    """Return a room that is nothing: soft patches of grey, blue and brown."""
    rng = np.random.default_rng(3)
    patches = rng.uniform(90, 170, (8, 10, 1)) + rng.uniform(-12, 12, (8, 10, 3))
    patches = patches.astype(np.float32)
    return cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def _matrix(place: Place, is_left: bool) -> FloatArray:
    """Return the `(3, 3)` matrix from the demo's picture to the film."""
    side = WIDTH / place.scale
    matrix = crop_matrix(_PALM, side, WIDTH, degrees=place.degrees)
    if is_left:
        matrix = np.diag([-1.0, 1, 1]) @ matrix
    matrix[:2, 2] += (place.x, place.y) - transform_points(_PALM[None], matrix)[0]
    return matrix


def _warp(image: FloatArray, matrix: FloatArray) -> FloatArray:
    return cv2.warpAffine(image, matrix[:2], (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


def _inside(points: FloatArray) -> NDArray[np.bool_]:
    return ((points >= 0) & (points < (WIDTH, HEIGHT))).all(axis=1)


def _covers(matte: FloatArray, points: FloatArray) -> NDArray[np.bool_]:
    """Tell which points lie under a matte."""
    x, y = np.rint(points).astype(int).T
    inside = _inside(points)
    return inside & (matte[np.clip(y, 0, HEIGHT - 1), np.clip(x, 0, WIDTH - 1)] > 0.5)
