from __future__ import annotations

import os

import cv2
import numpy as np
import pytest
from PIL import Image
from videos import grey_frames, write_video

from handypose_tf.images import write_image
from handypose_tf.images.gif import with_times
from handypose_tf.images.several import moves
from handypose_tf.inference.video.frames import VideoFile
from handypose_tf.inference.video.video_inputs import (
    expand_videos,
    is_video,
    public_name,
    stream_name,
)


def write_gif(path, count, **options):
    """Write grey frames as a GIF."""
    first, *others = (Image.fromarray(frame) for frame in grey_frames(count))
    first.save(path, save_all=True, append_images=others, **options)
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.mp4", True),
        ("a/b.MOV", True),
        ("a.jpg", False),
        ("mp4", False),
        ("rtsp://camera/live", True),
        ("HTTPS://host/a.mp4", True),
        ("http:/folder/a.jpg", False),
        ("none.gif", False),
    ],
)
def test_videos_are_told_by_ending_or_address(name, expected):
    assert is_video(name) is expected


def test_a_gif_that_moves_is_a_video(tmp_path):
    assert is_video(write_gif(tmp_path / "a.gif", 2))
    assert not is_video(write_gif(tmp_path / "b.gif", 1))
    (tmp_path / "c.gif").write_bytes(b"no GIF")
    assert not is_video(tmp_path / "c.gif")


@pytest.mark.parametrize(
    ("options", "step"), [({}, 0.1), ({"duration": 0}, 0.1), ({"duration": 40}, 0.04)]
)
def test_a_gif_has_browsers_times(tmp_path, options, step):
    frames = list(VideoFile(write_gif(tmp_path / "a.gif", 5, **options)))
    np.testing.assert_allclose([f.seconds for f in frames], np.arange(5) * step)
    levels = [frame.image.mean() for frame in frames]
    np.testing.assert_allclose(levels, np.arange(5) * 10, atol=2)


def test_a_damaged_gif_is_no_crash(tmp_path):
    data = write_gif(tmp_path / "a.gif", 3).read_bytes()
    random = np.random.default_rng(5)
    for _ in range(200):
        harmed = bytearray(data[: random.integers(1, len(data) + 1)])
        harmed[random.integers(len(harmed))] = random.integers(256)
        (tmp_path / "b.gif").write_bytes(harmed)
        assert moves(tmp_path / "b.gif") in (True, False)
        times = with_times(bytes(harmed))
        assert times is None or len(times) >= len(harmed)


def test_folders_and_patterns_of_videos_are_their_videos(tmp_path):
    folder = tmp_path / "v"
    folder.mkdir()
    videos = [write_video(folder / name, grey_frames(2)) for name in ("b.avi", "a.avi")]
    paths = sorted(map(os.fspath, videos))
    assert expand_videos([os.fspath(folder)]) == paths
    assert expand_videos([os.fspath(folder / "*")]) == paths
    assert expand_videos(["rtsp://a/b", paths[1]]) == ["rtsp://a/b", paths[1]]
    write_image(folder / "photo.png", np.zeros((4, 4, 3), np.uint8))
    assert expand_videos([os.fspath(folder)]) == [os.fspath(folder)]


def test_a_password_is_no_part_of_a_name(monkeypatch):
    address = "rtsp://me:secret@camera.lan:554/live/1?a=b"
    assert public_name(address) == "rtsp://camera.lan:554/live/1?a=b"
    assert stream_name(address) == "1"
    assert stream_name("http://me:secret@camera/") == "camera"

    class Capture:
        def __init__(self, name):
            assert name == address

        def isOpened(self):
            return True

        def get(self, what):
            return 0.0

    monkeypatch.setattr(cv2, "VideoCapture", Capture)
    assert VideoFile(address).name == "rtsp://camera.lan:554/live/1?a=b"
