"""What is behind the hand: photos from folders, or pictures made up here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.images import IMAGE_SUFFIXES, Image, read_image
from handypose_tf.images.header import UnsupportedPictureError, read_header
from handypose_tf.synth.look.skin import reflectance
from handypose_tf.synth.space.colour import decode_light
from handypose_tf.synth.space.fields import smooth_noise

#: Where Debian's packages of wallpapers put their photos.
_WALLPAPERS = (Path("/usr/share/backgrounds"), Path("/usr/share/wallpapers"))

#: scikit-image's photos that are CC0 or in the public domain; its docstrings of
#: `skimage.data` name their sources.
_SKIMAGE_PHOTOS = (
    *("chelsea.png", "coffee.png", "rocket.jpg"),
    *("brick.png", "grass.png", "gravel.png", "coins.png"),
)

#: Photos are kept no larger than this, pixels along the longer side.
_KEPT_SIDE = 1024

#: Share of made-up backgrounds where photos are at hand.
_MADE_UP_SHARE = 0.35


class Backgrounds:
    """Draws backgrounds.

    Args:
        photos: Picture files; made-up backgrounds alone if there are none.
    """

    def __init__(self, photos: Sequence[Path] = ()) -> None:
        self.photos = tuple(photos)

    def draw(self, rng: np.random.Generator, height: int, width: int) -> FloatArray:
        """Draw a background in linear light `(height, width, 3)`."""
        choice = rng.random()
        if self.photos and choice > _MADE_UP_SHARE:
            picture = self._crop(rng, height, width)
        else:
            picture = make_up(rng, height, width)
        light: NDArray = decode_light(picture)
        if rng.random() < 0.6:
            blur = float(rng.uniform(0.3, 0.02 * width))
            light = cv2.GaussianBlur(light, (0, 0), blur)
        tint = rng.normal(0, 0.25) + rng.normal(0, 0.15, 3)
        return light * np.exp(tint).astype(np.float32)

    def _crop(self, rng: np.random.Generator, height: int, width: int) -> Image:
        photo = _load(self.photos[rng.integers(len(self.photos))])
        full = np.array(photo.shape[:2])
        fit = min(full / (height, width))
        side = np.array([height, width]) * fit * np.exp(rng.uniform(np.log(0.25), 0))
        size = np.maximum(side.astype(int), 8)
        top, left = (int(rng.integers(0, max(n, 1))) for n in full - size + 1)
        part = photo[top : top + size[0], left : left + size[1]]
        if rng.random() < 0.5:
            part = part[:, ::-1]
        shrinks = size[0] > height
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = cv2.resize(part.copy(), (width, height), interpolation=how)
        return resized.astype(np.uint8, copy=False)


def find_photos(folders: Sequence[Path] | None) -> list[Path]:
    """Return the background photos of folders, sorted by name.

    Args:
        folders: Where to look, sub-folders included. If `None`: Debian's wallpapers and
            scikit-image's photos, as far as they are installed.

    Raises:
        DataError: If a given folder holds no picture, or a broken one.
    """
    if folders is None:
        folders = [folder for folder in _WALLPAPERS if folder.is_dir()]
        own = [path for folder in folders for path in _pictures(folder)]
        return [*_skimage_photos(), *(path for path in own if not path.is_symlink())]
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise DataError(f"{folder}: no such folder; check --backgrounds")
        pictures = _pictures(folder)
        if not pictures:
            raise DataError(
                f"{folder}: no pictures in this folder; check --backgrounds"
            )
        for picture in pictures:
            _check(picture)
        found += pictures
    return found


def _check(picture: Path) -> None:
    """Refuse now what would end the run when it is drawn, hours later perhaps."""
    try:
        read_header(picture)
    except UnsupportedPictureError:  # neither JPEG nor PNG, which is looked at then
        pass
    except (OSError, ValueError) as error:
        raise DataError(f"{picture}: {error}; mend it or take it away") from error


def _pictures(folder: Path) -> list[Path]:
    files = (
        path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES
    )
    return sorted(path for path in files if path.is_file())


def _skimage_photos() -> list[Path]:
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "data"
    return [folder / name for name in _SKIMAGE_PHOTOS if (folder / name).is_file()]


@lru_cache(maxsize=64)
def _load(path: Path) -> Image:
    photo = read_image(path)
    factor = min(1.0, _KEPT_SIDE / max(photo.shape[:2]))
    size = [round(side * factor) for side in photo.shape[1::-1]]
    resized = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return resized.astype(np.uint8, copy=False)


def make_up(rng: np.random.Generator, height: int, width: int) -> Image:
    """Make a picture up: a wall, furniture, cloth, clutter, uint8 RGB."""
    picture = _wall(rng, height, width)
    for _ in range(int(rng.integers(0, 4))):
        layer = _LAYERS[rng.integers(len(_LAYERS))]
        picture = layer(rng, picture)
    return np.clip(picture, 0, 255).astype(np.uint8)


def draw_colour(rng: np.random.Generator) -> FloatArray:
    """Draw a colour as things have them, 0..255: often grey or brown, seldom bright."""
    value = rng.uniform(15, 245)
    saturation = rng.beta(1.2, 3.0)
    hue = rng.uniform(0, 6) if rng.random() < 0.6 else rng.uniform(0, 1.2)
    rgb = np.clip(np.abs((hue + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return (value * (1 - saturation + saturation * rgb)).astype(np.float32)


def _wall(rng: np.random.Generator, height: int, width: int) -> FloatArray:
    slope = rng.normal(0, 0.25, 2)
    y, x = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    light = 1 + slope[0] * y[:, None] + slope[1] * x
    cloud = smooth_noise(rng, height, width, rng.uniform(1, 12))
    light = light * (1 + rng.uniform(0, 0.15) * cloud)
    grain = rng.standard_normal((height, width), np.float32) * rng.uniform(0, 0.03)
    return draw_colour(rng) * (light + grain)[..., None].astype(np.float32)


def _clouds(rng: np.random.Generator, picture: NDArray) -> FloatArray:
    height, width = picture.shape[:2]
    cloud = smooth_noise(rng, height, width, rng.uniform(1, 8))
    share = np.clip(cloud * rng.uniform(1, 6) + rng.normal(0, 0.5), 0, 1)[..., None]
    return picture + share * (draw_colour(rng) - picture)


def _stripes(rng: np.random.Generator, picture: NDArray) -> FloatArray:
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32) / width
    angle, frequency = rng.uniform(0, np.pi), rng.uniform(8, 90)
    bend = 0.04 * smooth_noise(rng, height, width, 2)
    along = (x * np.cos(angle) + y * np.sin(angle) + bend) * frequency
    share = np.clip(2 * np.sin(along) + rng.normal(), 0, 1)[..., None] * rng.uniform(
        0.2, 1
    )
    return picture + share * (draw_colour(rng) - picture)


def _boxes(rng: np.random.Generator, picture: NDArray) -> FloatArray:
    height, width = picture.shape[:2]
    picture = np.ascontiguousarray(picture)
    for _ in range(int(rng.integers(1, 9))):
        center = (rng.uniform(0, 1, 2) * (width, height)).tolist()
        size = (rng.uniform(0.05, 0.8, 2) * width).tolist()
        corners = cv2.boxPoints((center, size, float(rng.normal(0, 25))))
        colour = [float(c) for c in draw_colour(rng)]
        cv2.fillConvexPoly(picture, corners.astype(np.int32), colour, cv2.LINE_AA)
    return picture


def _blobs(rng: np.random.Generator, picture: NDArray) -> FloatArray:
    """Add rounded things; half of the time they have the colour of skin."""
    height, width = picture.shape[:2]
    mask: NDArray = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 5))):
        center = tuple(int(v) for v in rng.uniform(0, 1, 2) * (width, height))
        axes = tuple(int(v) for v in rng.uniform(0.05, 0.4, 2) * width)
        cv2.ellipse(mask, center, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 4)))
    colour = draw_colour(rng)
    if rng.random() < 0.5:
        skin = reflectance(np.exp(rng.uniform(np.log(0.012), np.log(0.4))), 2.5)
        colour = np.float32(255) * skin ** np.float32(1 / 2.2)
    light = 1 + 0.35 * smooth_noise(rng, height, width, rng.uniform(1, 3), 2)
    return picture + mask[..., None] * (colour * light[..., None] - picture)


_Layer = Callable[[np.random.Generator, NDArray], NDArray]
_LAYERS: tuple[_Layer, ...] = (_clouds, _stripes, _boxes, _boxes, _blobs)
