"""Files that hold several pictures: told, and their first one read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from handypose_tf.images import read_image
from handypose_tf.images.several import has_frames, has_pages


def pictures(count):
    return [Image.new("RGB", (20, 10), (40 * i, 90, 10)) for i in range(count)]


def save(path, count, **options):
    first, *others = pictures(count)
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(path, **more, **options)
    return path


@pytest.mark.parametrize("suffix", [".webp", ".png", ".gif"])
def test_what_moves_is_told_and_its_first_frame_read(tmp_path, suffix):
    path = save(tmp_path / f"a{suffix}", 3)
    with pytest.warns(UserWarning, match="moves, and only its first frame is read"):
        image = read_image(path)
    assert image.shape == (10, 20, 3)
    np.testing.assert_allclose(image[5, 5].astype(int), (0, 90, 10), atol=12)


def test_an_avif_sequence_is_told():
    assert has_frames(b"\0\0\0\x20ftypavis\0\0\0\0")
    assert not has_frames(b"\0\0\0\x20ftypavif\0\0\0\0")


@pytest.mark.parametrize("suffix", [".webp", ".png", ".gif", ".tif", ".jpg"])
def test_a_single_picture_is_read_without_a_word(tmp_path, suffix, recwarn):
    path = save(tmp_path / f"a{suffix}", 1)
    assert read_image(path).shape == (10, 20, 3)
    assert not recwarn.list


def test_pages_are_told(tmp_path):
    with pytest.warns(UserWarning, match="has pages, and only the first is read"):
        assert read_image(save(tmp_path / "a.tif", 2)).shape == (10, 20, 3)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize(("kind", "expected"), [(0, True), (1, False), (2, True)])
def test_a_thumbnail_is_no_page(order, kind, expected):
    def number(value, size):
        return value.to_bytes(size, order)

    start = (b"II*\0" if order == "little" else b"MM\0*") + number(8, 4)
    entry = number(254, 2) + number(4, 2) + number(1, 4) + number(kind, 4)
    first = number(0, 2) + number(14, 4)
    second = number(1, 2) + entry + number(0, 4)
    assert has_pages(start + first + second) is expected


@pytest.mark.parametrize("suffix", [".webp", ".png", ".gif", ".tif"])
def test_damage_is_no_crash(tmp_path, suffix):
    data = save(tmp_path / f"a{suffix}", 3).read_bytes()
    random = np.random.default_rng(2)
    for _ in range(200):
        harmed = bytearray(data[: random.integers(1, len(data) + 1)])
        harmed[random.integers(len(harmed))] = random.integers(256)
        assert has_frames(bytes(harmed)) in (True, False)
        assert has_pages(bytes(harmed)) in (True, False)
