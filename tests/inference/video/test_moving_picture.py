"""Animated WebP, AVIF and PNG files are videos, as GIFs are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image
from videos import grey_frames

from handypose_tf.errors import DataError
from handypose_tf.inference.video import moving_picture
from handypose_tf.inference.video.frames import VideoFile
from handypose_tf.inference.video.video_inputs import expand_videos, is_video

#: Milliseconds that five frames are shown, and their times in seconds.
DELAYS, TIMES = [40, 100, 40, 500, 40], [0, 0.04, 0.14, 0.18, 0.68]


def write(path, images, **options):
    first, *others = images
    first.save(path, save_all=True, append_images=others, **options)
    return path


def greys(count):
    return [Image.fromarray(frame) for frame in grey_frames(count)]


@pytest.fixture(params=[".webp", ".png", ".apng", ".avif"])
def suffix(request):
    if request.param == ".avif" and not hasattr(cv2, "imdecodeanimation"):
        pytest.skip("this OpenCV reads no AVIF that moves")
    return request.param


@pytest.mark.parametrize("lot_bytes", [1, 2 * 48 * 64 * 4, 2**20])
def test_frames_have_their_times(tmp_path, suffix, lot_bytes, monkeypatch):
    monkeypatch.setattr(moving_picture, "_LOT_BYTES", lot_bytes)
    options = {"format": "PNG"} if suffix == ".apng" else {}
    path = write(tmp_path / f"a{suffix}", greys(5), duration=DELAYS, **options)
    assert is_video(path)
    frames = list(VideoFile(path))
    np.testing.assert_allclose([frame.seconds for frame in frames], TIMES)
    levels = [frame.image.mean() for frame in frames]
    np.testing.assert_allclose(levels, np.arange(5) * 10, atol=3)


@pytest.mark.parametrize("suffix", [".webp", ".png", ".gif"])
def test_a_single_picture_is_no_video(tmp_path, suffix):
    assert not is_video(write(tmp_path / f"a{suffix}", greys(1)))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ["a.jpg", "a.gif", "a.webp", "a"])
def test_what_moves_is_told_by_what_it_holds(tmp_path, kind, name):
    path = write(tmp_path / name, greys(3), duration=40, format=kind)
    assert is_video(path)
    frames = list(VideoFile(path))
    assert [frame.seconds for frame in frames] == pytest.approx([0, 0.04, 0.08])


@pytest.mark.parametrize("suffix", [".webp", ".png", ".gif"])
def test_a_folder_of_pictures_that_move_is_one_of_videos(tmp_path, suffix):
    paths = [write(tmp_path / f"{name}{suffix}", greys(2)) for name in "ab"]
    assert expand_videos([str(tmp_path)]) == [*map(str, paths)]
    write(tmp_path / f"c{suffix}", greys(1))
    is_folder_of_pictures = suffix != ".gif"  # no GIF is looked for there
    assert (expand_videos([str(tmp_path)]) == [str(tmp_path)]) is is_folder_of_pictures


def test_a_frame_without_a_time_is_shown_as_browsers_do(tmp_path):
    source = VideoFile(write(tmp_path / "a.webp", greys(3), duration=0))
    assert [frame.seconds for frame in source] == pytest.approx([0, 0.1, 0.2])
    assert source.fps == 10


def test_what_shines_through_is_white(tmp_path):
    images = [Image.new("RGBA", (20, 10), (200, 0, 0, alpha)) for alpha in (255, 0)]
    path = write(tmp_path / "a.webp", images, duration=40, lossless=True)
    first, second = (frame.image[5, 5] for frame in VideoFile(path))
    assert (first.tolist(), second.tolist()) == ([200, 0, 0], [255, 255, 255])


def test_a_cut_file_is_told(tmp_path):
    path = write(tmp_path / "a.webp", greys(5), duration=40)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"a\.webp: moves, and cannot be decoded"):
        list(VideoFile(path))


def test_an_opencv_that_cannot_is_told(tmp_path, monkeypatch):
    path = write(tmp_path / "a.webp", greys(2), duration=40)
    monkeypatch.delattr(cv2, "imdecodeanimation", raising=False)
    with pytest.raises(DataError, match=r"install opencv-python-headless 4\.12"):
        VideoFile(path)


def test_damage_is_no_crash(tmp_path):
    path = write(tmp_path / "a.webp", greys(3), duration=40)
    data = path.read_bytes()
    random = np.random.default_rng(4)
    for _ in range(60):
        harmed = bytearray(data)
        harmed[random.integers(12, len(data))] = random.integers(256)
        path.write_bytes(harmed)
        try:
            assert len(list(VideoFile(path))) <= 3
        except DataError as error:
            assert "a.webp" in str(error)
