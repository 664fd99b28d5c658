import struct

import cv2
import layouts
import numpy as np
import pytest
from exif import with_exif

from handypose_tf.images.header import (
    BrokenPictureError,
    PictureHeader,
    UnsupportedPictureError,
    read_header,
)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_reads_size(tmp_path, name):
    path = layouts.write_picture(tmp_path / name, (37, 21))
    assert read_header(path) == PictureHeader(37, 21)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_reads_exif_orientation(tmp_path, orientation, order):
    path = with_exif(layouts.write_picture(tmp_path / "a.jpg"), orientation, order)
    size = (48, 64) if orientation >= 5 else (64, 48)
    assert read_header(path) == PictureHeader(*size, orientation)


@pytest.mark.parametrize("orientation", [0, 9, 60000])
def test_a_senseless_orientation_is_upright(tmp_path, orientation):
    path = with_exif(layouts.write_picture(tmp_path / "a.jpg"), orientation)
    assert read_header(path) == PictureHeader(64, 48)


@pytest.mark.parametrize(
    ("pixels", "has_alpha"),
    [
        (np.zeros((3, 5), np.uint8), False),
        (np.zeros((3, 5, 3), np.uint16), False),
        (np.zeros((3, 5, 4), np.uint8), True),
    ],
)
def test_reads_transparency_of_png(tmp_path, pixels, has_alpha):
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    assert read_header(path) == PictureHeader(5, 3, has_alpha=has_alpha)


def test_reads_progressive_jpeg_and_restarts(tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (50, 60, 3), np.uint8)
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    path = tmp_path / "a.jpg"
    path.write_bytes(cv2.imencode(".jpg", image, options)[1].tobytes())
    assert read_header(path) == PictureHeader(60, 50)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_what_cameras_append_does_no_harm(tmp_path, name):
    path = layouts.write_picture(tmp_path / name)
    path.write_bytes(path.read_bytes() + b"a film" * 100)
    assert read_header(path) == PictureHeader(64, 48)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.995])
def test_a_cut_off_picture_is_broken(tmp_path, name, share):
    path = layouts.write_picture(tmp_path / name, (200, 200))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BrokenPictureError):
        read_header(path)


def test_a_thumbnail_does_not_hide_a_cut(tmp_path):
    path = layouts.write_picture(tmp_path / "a.jpg", (200, 200))
    data = path.read_bytes()
    thumbnail = b"\xff\xd8 small \xff\xd9"
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    path.write_bytes((data[:2] + segment + data[2:])[:-100])
    with pytest.raises(BrokenPictureError, match="cut off"):
        read_header(path)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", BrokenPictureError, "the file is empty"),
        (b"<html>not found</html>", BrokenPictureError, "not a picture"),
        (b"\xff\xd8\x00\x00", BrokenPictureError, "damaged"),
        (b"GIF89a", UnsupportedPictureError, "GIF is not read in training"),
        (b"RIFF\0\0\0\0WEBP", UnsupportedPictureError, "WebP is not read"),
        (b"BM\0\0", UnsupportedPictureError, "convert it to JPEG or PNG"),
    ],
)
def test_other_files_are_named(tmp_path, data, error, words):
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(error, match=words):
        read_header(path)


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_header(tmp_path / "none.jpg")
