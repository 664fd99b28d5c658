"""Pictures in and out: every file becomes `uint8` RGB `(height, width, 3)`.

Read by OpenCV, turned as the EXIF orientation says (see `orientation`). Sixteen bits
keep their upper eight, grey gets three equal channels, CMYK is converted. What is
transparent is shown over white, as browsers and most viewers do: the colours stored
under full transparency are arbitrary, and white is what the picture's owner has seen.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import write_bytes
from handypose_tf.files.file_kind import NUM_START, file_kind
from handypose_tf.images.jpeg import JPEG_END, JPEG_START, has_end, read_jpeg_header
from handypose_tf.images.orientation import read_orientation, turn_upright
from handypose_tf.images.several import has_frames, has_pages

Image = NDArray[np.uint8]
PathLike = str | os.PathLike[str]

#: Endings by which a folder's pictures are found; a file named outright may have any.
IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".jp2"),
)

#: What `-` stands for.
STANDARD_INPUT = "/dev/stdin"

#: Pictures that OpenCV does not read, or not every OpenCV.
_UNREAD = {
    "HEIC": "HEIC, as iPhones write it, is not read; convert it to JPEG: `heif-convert "
    "FILE out.jpg`, or set the camera to Most Compatible",
    "AVIF": "this OpenCV cannot read AVIF, or the file is broken; save it as .jpg",
    "GIF": "this OpenCV cannot read GIF, or the file is broken; save it as .png",
    "JPEG XL": "JPEG XL is not read; save it as .jpg or .png",
}

_JPEG_QUALITY = 92


def read_image(path: PathLike) -> Image:
    """Read a picture file as `uint8` RGB `(height, width, 3)`.

    Of a file that moves or has pages it is the first picture, with a warning.

    Raises:
        DataError: If the file is missing, empty, not a picture or broken.
    """
    data = _read_bytes(Path(path))
    try:
        image = decode_image(data)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    if has_frames(data):
        _warn(
            path,
            "moves, and only its first frame is read; `handypose predict FILE` reads "
            "all",
        )
    elif has_pages(data):
        _warn(path, "has pages, and only the first is read; save each as a file")
    return image


def decode_image(data: bytes) -> Image:
    """Decode the bytes of a picture file as `uint8` RGB `(height, width, 3)`.

    Raises:
        ValueError: If the bytes are not a whole picture that OpenCV can decode.
    """
    if not data:
        raise ValueError("the file is empty; fetch or export it again")
    buffer = np.frombuffer(data, np.uint8)
    image = None
    if data.startswith(JPEG_START):
        _check_whole_jpeg(data)
    else:
        image = _decode_transparent(buffer)
    if image is None:
        bgr = _imdecode(buffer, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        image = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
    return turn_upright(image, read_orientation(data))


def write_image(path: PathLike, image: Image) -> Path:
    """Write a `uint8` RGB picture in the format of the file's ending.

    Raises:
        OutputError: If OpenCV does not know the ending or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in IMAGE_SUFFIXES:
        raise OutputError(
            f"{path}: unknown picture ending {suffix!r}; use .png or .jpg instead"
        )
    try:
        return write_bytes(path, encode_image(image, suffix))
    except ValueError as error:
        raise OutputError(f"{path}: {error}") from error


def encode_image(image: Image, suffix: str) -> bytes:
    """Return the bytes of a `uint8` RGB picture's file of a format.

    Args:
        image: `(height, width, 3)`.
        suffix: One of `IMAGE_SUFFIXES`.

    Raises:
        ValueError: If OpenCV cannot encode it.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    options = options if suffix in (".jpg", ".jpeg") else []
    bgr = cv2.cvtColor(check_image(image), cv2.COLOR_RGB2BGR)
    try:
        done, encoded = cv2.imencode(suffix, bgr, options)
    except cv2.error as error:
        raise ValueError(f"cannot encode: {error.err}; use .png") from error
    if not done:
        raise ValueError(f"cannot encode as {suffix}; use .png instead")
    return encoded.tobytes()


def check_image(image: Image) -> Image:
    """Return the picture if it is `uint8` RGB `(height, width, 3)` and not empty.

    Raises:
        ValueError: If it is anything else.
    """
    is_picture = isinstance(image, np.ndarray) and image.dtype == np.uint8
    if not is_picture or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        received = getattr(image, "dtype", type(image).__name__)
        raise ValueError(
            "A picture must be an array uint8 RGB (height, width, 3), 0..255. "
            f"Received: {received} {getattr(image, 'shape', '')}"
        )
    return image


def _warn(path: PathLike, words: str) -> None:
    warnings.warn(f"{path}: {words}", stacklevel=3)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_char_device() and path != Path(STANDARD_INPUT):
            raise DataError(f"{path}: a device, which may never end; give a file")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; check the path") from error
    except OSError as error:
        raise DataError(f"{path}: cannot read: {error.strerror or error}") from error


def _imdecode(buffer: NDArray[np.uint8], flags: int) -> NDArray:
    try:
        image = cv2.imdecode(buffer, flags)
    except cv2.error as error:
        reason = f"cannot decode: {error.err}; save it as .jpg"
        if "CV_IO_MAX_IMAGE" in error.err:
            reason = (
                "more pixels than OpenCV reads (2^30, 2^20 a side); make it smaller"
            )
        raise ValueError(reason) from error
    if image is None:
        start = buffer[:NUM_START].tobytes()
        kind = file_kind(start)
        if kind is None and start.lstrip()[:1] in (b"{", b"["):
            kind = "a JSON text, no picture"
        raise ValueError(_UNREAD.get(kind or "", _unread(kind)))
    return image


def _unread(kind: str | None) -> str:
    if kind is None or not kind.startswith("a"):
        return "not a picture, or broken; save it as .jpg or .png again"
    return f"the file is {kind}"


def _check_whole_jpeg(data: bytes) -> None:
    """Refuse a cut-off JPEG: OpenCV 4 fills the missing rows without a word."""
    file = io.BytesIO(data)
    read_jpeg_header(file)  # of a damaged one OpenCV makes what it can
    if not has_end(file, JPEG_END):
        raise ValueError("the picture is cut off; fetch or export it again")


def _decode_transparent(buffer: NDArray[np.uint8]) -> Image | None:
    """Decode a picture that has an alpha channel, over white; `None` without one."""
    raw = _imdecode(buffer, cv2.IMREAD_UNCHANGED)
    if raw.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"pixels are {raw.dtype}; save it with 8 bits a channel")
    if raw.ndim != 3 or raw.shape[2] != 4:
        return None
    if raw.dtype == np.uint16:
        raw = (raw >> 8).astype(np.uint8)
    return over_white(raw)


def over_white(bgra: NDArray[np.uint8]) -> Image:
    """Return a picture `(height, width, 4)` of OpenCV over white, as RGB."""
    color = cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGB).astype(np.uint16)
    alpha = bgra[..., 3:].astype(np.uint16)
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
