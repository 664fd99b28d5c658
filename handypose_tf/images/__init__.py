"""Pictures in and out; what is drawn on them and plotted beside them."""

from __future__ import annotations

from handypose_tf.images.finding import find_images, folder_of
from handypose_tf.images.reading import (
    IMAGE_SUFFIXES,
    Image,
    PathLike,
    check_image,
    decode_image,
    encode_image,
    read_image,
    write_image,
)

__all__ = [
    "IMAGE_SUFFIXES",
    "Image",
    "PathLike",
    "check_image",
    "decode_image",
    "encode_image",
    "find_images",
    "folder_of",
    "read_image",
    "write_image",
]
