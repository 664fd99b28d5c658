"""What may be given as a picture: a file, an array, an image of Pillow's."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.images import Image, check_image, find_images, read_image

_WANTED = "a path, an array uint8 RGB (height, width, 3) or a PIL image"


def read_picture(picture: Any) -> Image:
    """Return a picture as `(height, width, 3)` uint8 RGB.

    Args:
        picture: A file to read, such an array, or an image of Pillow's, which is
            turned as its EXIF orientation says.

    Raises:
        DataError: If the file cannot be read.
        TypeError: If it is nothing of that.
        ValueError: If it is an array of another type or shape.
    """
    if isinstance(picture, str | os.PathLike):
        return _read_file(os.fspath(picture))
    if isinstance(picture, np.ndarray):
        return _check_array(picture)
    if _is_pillow(picture):
        return _from_pillow(picture)
    hint = f": {hint}" if (hint := _type_hint(picture)) else ""
    raise TypeError(
        f"a picture must be {_WANTED}. Received: {type(picture).__name__}{hint}"
    )


def each_picture(pictures: Any) -> Iterator[Any]:
    """Yield single pictures of what may be many, in order.

    Args:
        pictures: A file, folder or pattern; a picture; an array `(num_pictures,
            height, width, 3)`; or an iterable of these, which may be endless.

    Raises:
        DataError: If a folder or pattern holds no picture.
        TypeError: If it is nothing of that.
    """
    if isinstance(pictures, str | os.PathLike):
        several = _is_several(os.fspath(pictures))
        yield from find_images([pictures]) if several else [pictures]
    elif isinstance(pictures, np.ndarray) and pictures.ndim == 4:
        yield from pictures
    elif isinstance(pictures, np.ndarray) or _is_pillow(pictures):
        yield pictures
    elif isinstance(pictures, Iterable) and not isinstance(
        pictures, bytes | bytearray | Mapping
    ):
        for picture in pictures:
            yield from each_picture(picture)
    else:
        yield read_picture(pictures)


def _read_file(path: str) -> Image:
    if _is_several(path):
        raise DataError(f"{path}: is no single picture; predict_many takes it")
    return read_image(path)


def _is_several(path: str) -> bool:
    """Tell whether it is a folder or a pattern."""
    return Path(path).is_dir() or (glob.has_magic(path) and not Path(path).exists())


def _check_array(array: np.ndarray) -> Image:
    try:
        return check_image(array)
    except ValueError as error:
        hint = _array_hint(array)
        raise ValueError(f"{error}{hint and f'; give {hint}'}") from error


def _array_hint(array: np.ndarray) -> str:
    """Return how an array becomes a picture; empty where that is not plain."""
    shape = array.shape
    if array.ndim == 4 and shape[-1] == 3:
        return "the pictures of a batch to predict_many"
    if array.ndim == 2 and array.size:
        return "cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)"
    if array.ndim == 3 and shape[-1] == 4:
        return "picture[..., :3].copy()"
    if array.ndim == 3 and shape[0] == 3 and shape[-1] != 3:
        return "picture.transpose(1, 2, 0)"
    if np.issubdtype(array.dtype, np.floating):
        return "(255 * picture).astype('uint8') if its values are 0..1"
    return ""


def _type_hint(value: Any) -> str:
    if value is None:
        return "cv2.imread gives None for a file that it cannot read"
    if isinstance(value, bytes | bytearray):
        return "handypose_tf.images.decode_image takes the bytes of a file"
    if hasattr(value, "numpy"):
        return "give its .numpy() as uint8"
    if isinstance(value, Iterable):
        return "predict_many takes several pictures"
    return ""


def _is_pillow(value: Any) -> bool:
    """Tell without importing Pillow: who has an image of its has imported it."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def _from_pillow(picture: Any) -> Image:
    """Turn it upright; what is transparent is shown over white, as in files."""
    from PIL import Image as pillow
    from PIL import ImageOps

    if picture.mode[0] in "IF":
        raise ValueError(
            f"a PIL image must have 8 bits a channel. Received: mode {picture.mode}; "
            "save it as .png and give the file"
        )
    rgba = ImageOps.exif_transpose(picture).convert("RGBA")
    white = pillow.new("RGBA", rgba.size, "white")
    return np.array(pillow.alpha_composite(white, rgba).convert("RGB"))
