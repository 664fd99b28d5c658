from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from handypose_tf.errors import DataError, OutputError
from handypose_tf.images import (
    check_image,
    decode_image,
    find_images,
    folder_of,
    read_image,
    write_image,
)
from handypose_tf.images.orientation import read_orientation

LEFT, RIGHT = (200, 50, 10), (10, 90, 220)


@pytest.fixture
def picture() -> Image.Image:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :30], pixels[:, 30:] = LEFT, RIGHT
    return Image.fromarray(pixels)


def save(path, picture, **options):
    picture.save(path, **options)
    return path


def assert_sides(image, left=LEFT, right=RIGHT, tolerance=0):
    assert image.dtype == np.uint8 and image.flags.c_contiguous
    np.testing.assert_allclose(image[20, 10].astype(int), left, atol=tolerance)
    np.testing.assert_allclose(image[20, 50].astype(int), right, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "mode", "tolerance"),
    [
        ("a.jpg", "RGB", 3),
        ("a.png", "RGB", 0),
        ("a.bmp", "RGB", 0),
        ("a.tiff", "RGB", 0),
        ("a.webp", "RGB", 6),
        ("cmyk.jpg", "CMYK", 3),
        ("a name with spaces é 手.png", "RGB", 0),
    ],
)
def test_reads_colour_as_rgb(tmp_path, picture, name, mode, tolerance):
    path = save(tmp_path / name, picture.convert(mode))
    assert_sides(read_image(path), tolerance=tolerance)


def test_palette(tmp_path, picture):
    path = save(tmp_path / "a.png", picture.quantize(4))
    assert_sides(read_image(path), tolerance=1)


def test_grey_gets_three_equal_channels(tmp_path):
    path = save(tmp_path / "a.png", Image.new("L", (60, 40), 77))
    assert_sides(read_image(path), (77, 77, 77), (77, 77, 77))


def test_black_and_white(tmp_path):
    path = save(tmp_path / "a.png", Image.new("1", (60, 40), 1))
    assert_sides(read_image(path), (255, 255, 255), (255, 255, 255))


def test_sixteen_bits_keep_the_upper_eight(tmp_path):
    path = tmp_path / "a.png"
    bgr = np.array((220, 90, 10), np.uint16) << 8
    cv2.imwrite(str(path), np.full((40, 60, 3), bgr))
    assert_sides(read_image(path), RIGHT, RIGHT)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_transparency_is_shown_over_white(tmp_path, picture, name):
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:, 30:] = 0
    picture.putalpha(Image.fromarray(alpha))
    path = save(tmp_path / name, picture, lossless=True)
    assert_sides(read_image(path), LEFT, (255, 255, 255))


def test_half_transparency_mixes_with_white(tmp_path):
    path = save(tmp_path / "a.png", Image.new("RGBA", (60, 40), (0, 100, 255, 51)))
    mixed = (204, 224, 255)
    assert_sides(read_image(path), mixed, mixed)


def test_sixteen_bit_transparency(tmp_path):
    path = tmp_path / "a.png"
    pixels = np.full((40, 60, 4), (65535, 25700, 0, 51 * 257), np.uint16)
    cv2.imwrite(str(path), pixels)
    assert_sides(read_image(path), (204, 224, 255), (204, 224, 255))


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (2, lambda pixels: pixels[:, ::-1]),
        (3, lambda pixels: pixels[::-1, ::-1]),
        (6, lambda pixels: np.rot90(pixels, -1)),
        (8, lambda pixels: np.rot90(pixels)),
    ],
)
def test_exif_orientation(tmp_path, orientation, turned):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "a.jpg", Image.fromarray(pixels), exif=exif, quality=95)
    np.testing.assert_allclose(read_image(path), turned(pixels), atol=12)


#: What each EXIF orientation asks of the stored pixels.
TURNS = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2),
    8: lambda pixels: np.rot90(pixels),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_format_is_turned_by_one_rule(file_format, mode, orientation):
    pixels = np.full((40, 60, 3), 40, np.uint8)
    pixels[:20, :30], pixels[20:, :30] = LEFT, RIGHT
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(pixels).convert("RGB" if file_format == "JPEG" else mode)
    lossy = {"quality": 95} if file_format in ("JPEG", "AVIF") else {}
    lossless = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(picture, format=file_format, exif=exif, **lossy, **lossless)
    if cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is None:
        pytest.skip(f"this OpenCV reads no {file_format}")
    image, expected = decode_image(data), TURNS[orientation](pixels)
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_damaged_file_is_turned_or_refused(file_format):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(noise().resize((30, 20)), format=file_format, exif=exif)
    random = np.random.default_rng(3)
    for _ in range(200):
        harmed = bytearray(data[: random.integers(1, len(data) + 1)])
        harmed[random.integers(len(harmed))] = random.integers(256)
        assert 1 <= read_orientation(bytes(harmed)) <= 8


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\x20ftypheic" + bytes(90), "HEIC, as iPhones write it, is not read"),
        (b"\0\0\0\x20ftypisom" + bytes(90), "the file is a video"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer, not the"),
        (b" <!DOCTYPE HTML><p>gone", "a web page, not the file that it links to"),
        (b"%PDF-1.7", "a PDF document"),
        (b' {"images": []}', "the file is a JSON text, no picture"),
        (b"\xff\x0a" + bytes(90), "JPEG XL is not read"),
        (b"RIFF\0\0\0\0WEBP", "not a picture, or broken"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, data, words):
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(DataError, match=rf"a\.jpg: .*{words}"):
        read_image(path)


def test_pictures_that_a_folder_passes_are_told(tmp_path, picture):
    for name in ("a.HEIC", "b.heic", "c.dng", ".d.heic"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=r"no pictures .* read \(1 \.dng, 2 \.heic\)"):
        find_images([tmp_path])
    save(tmp_path / "a.png", picture)
    with pytest.warns(UserWarning, match=r"passed: 1 \.dng, 2 \.heic"):
        assert find_images([tmp_path]) == [tmp_path / "a.png"]


def test_a_folder_passes_what_moves(tmp_path, picture):
    still = save(tmp_path / "a.png", picture)
    moving = [Image.new("L", (8, 8), level) for level in (0, 200)]
    moving[0].save(tmp_path / "b.webp", save_all=True, append_images=moving[1:])
    (tmp_path / "c.MOV").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"passed: 1 \.mov, 1 picture that moves"):
        assert find_images([tmp_path]) == [still]
    assert find_images([tmp_path / "b.webp"]) == [tmp_path / "b.webp"]
    still.unlink()
    with pytest.raises(DataError, match=r"\(1 \.mov, 1 picture that moves\)"):
        find_images([tmp_path])


def test_an_empty_input_is_not_the_current_folder(tmp_path, picture, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.png", picture)
    with pytest.raises(DataError, match="an input is empty; is a shell variable"):
        find_images([""])


def test_a_device_is_no_picture():
    with pytest.raises(DataError, match="/dev/zero: a device, which may never end"):
        read_image("/dev/zero")


def test_more_pixels_than_can_be_are_told(tmp_path):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(999))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in chunks:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        data += struct.pack(">I", len(body)) + name + body + checksum
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(DataError, match=r"a\.png: more pixels than OpenCV reads"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("size", [(1, 1), (20_000, 3), (2, 20_000)])
def test_extreme_sizes(tmp_path, size):
    path = save(tmp_path / "a.png", Image.new("RGB", size, RIGHT))
    image = read_image(path)
    assert image.shape == (size[1], size[0], 3)
    assert (image == RIGHT).all()


def encoded(picture, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()


def noise() -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (300, 400, 3))
    return Image.fromarray(values.astype(np.uint8))


@pytest.mark.parametrize("fraction", [0.001, 0.5, 0.99])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_cut_off_files(tmp_path, file_format, fraction):
    data = encoded(noise(), format=file_format)
    path = tmp_path / "cut"
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(DataError, match=r"cut: .*(cut off|broken)"):
        read_image(path)


def test_cut_off_jpeg_with_a_whole_thumbnail(tmp_path):
    thumbnail = encoded(noise().resize((64, 48)), format="JPEG")
    segment = b"Exif\0\0" + thumbnail
    header = b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment
    data = encoded(noise(), format="JPEG")
    path = tmp_path / "photo.jpg"
    path.write_bytes(data[:2] + header + data[2:-2])
    with pytest.raises(DataError, match="cut off"):
        read_image(path)
    path.write_bytes(data[:2] + header + data[2:])
    assert read_image(path).shape == (300, 400, 3)


def test_a_film_appended_to_a_jpeg_is_no_matter(tmp_path, picture):
    path = tmp_path / "motion.jpg"
    film = np.random.default_rng(0).bytes(100_000)
    path.write_bytes(encoded(picture, format="JPEG") + film)
    assert_sides(read_image(path), tolerance=3)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"hello, I am a text", "not a picture"), (None, "no such file")],
)
def test_unusable_files(tmp_path, content, message):
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.jpg: .*{message}"):
        read_image(path)


def test_a_folder_is_no_picture(tmp_path):
    with pytest.raises(DataError, match="cannot read"):
        read_image(tmp_path)


def test_floating_point_pixels_are_refused(tmp_path):
    path = tmp_path / "a.tiff"
    cv2.imwrite(str(path), np.full((40, 60, 3), 0.5, np.float32))
    with pytest.raises(DataError, match="float32; save it with 8 bits"):
        read_image(path)


@pytest.mark.parametrize("name", ["deep/er/a é.png", "a.PNG", "a.bmp"])
def test_write_then_read(tmp_path, picture, name):
    pixels = np.asarray(picture)
    path = write_image(tmp_path / name, pixels)
    np.testing.assert_array_equal(read_image(path), pixels)


def test_write_needs_a_known_ending(tmp_path, picture):
    with pytest.raises(OutputError, match=r"unknown picture ending '\.xyz'"):
        write_image(tmp_path / "a.xyz", np.asarray(picture))


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        [[1]],
    ],
)
def test_what_is_not_a_picture(value):
    with pytest.raises(ValueError, match=r"uint8 RGB .* Received: "):
        check_image(value)


@pytest.fixture
def folder(tmp_path):
    for name in ("b.JPG", "a.png", "notes.txt", ".hidden.jpg", "sub/c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def names(paths):
    return [path.name for path in paths]


def test_find_in_folder_by_name(folder):
    assert names(find_images([folder])) == ["a.png", "b.JPG", "c.jpg"]


def test_hidden_folders_and_that_of_the_results_are_left_out(folder, monkeypatch):
    for name in (".thumbnails/d.jpg", "drawn/deep/a.png"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"x")
    assert names(find_images([folder], folder / "drawn")) == ["a.png", "b.JPG", "c.jpg"]
    monkeypatch.chdir(folder / "drawn")
    assert names(find_images(["."], "..")) == ["a.png"]


def test_the_folder_that_an_input_lies_in(folder):
    assert folder_of(folder / "sub") == folder / "sub"
    assert folder_of(folder / "a.png") == folder
    assert folder_of(f"{folder}/**/*.jpg") == folder
    assert folder_of("*.jpg") == Path()
    (folder / "x[1]").mkdir()
    (folder / "x[1]" / "y.jpg").write_bytes(b"x")
    assert folder_of(folder / "x[1]" / "y.jpg") == folder / "x[1]"


def test_find_keeps_the_order_of_inputs_and_drops_repeats(folder):
    found = find_images([folder / "notes.txt", folder / "b.JPG", folder])
    assert names(found) == ["notes.txt", "b.JPG", "a.png", "c.jpg"]


def test_find_patterns(folder):
    assert names(find_images([f"{folder}/*.png"])) == ["a.png"]
    assert names(find_images([f"{folder}/**/*.jpg"])) == ["c.jpg"]


def test_a_file_whose_name_looks_like_a_pattern(folder):
    (folder / "photo[1].jpg").write_bytes(b"x")
    assert names(find_images([folder / "photo[1].jpg"])) == ["photo[1].jpg"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("nothing.jpg", "no such file or folder"),
        ("*.webp", "no file matches"),
        ("empty", "no pictures in this folder"),
    ],
)
def test_find_nothing(folder, item, message):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match=message):
        find_images([folder / item])
