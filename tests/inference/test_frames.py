from __future__ import annotations

import cv2
import numpy as np
import pytest
from videos import cut_off, grey_frames, spoil_frame, write_video

from handypose_tf.errors import DataError
from handypose_tf.images import write_image
from handypose_tf.inference.frames import (
    Camera,
    PictureSequence,
    VideoFile,
    is_video,
)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("OPENCV_FFMPEG_LOGLEVEL", "-8")


@pytest.fixture
def video(tmp_path):
    return write_video(tmp_path / "a.avi", grey_frames(20))


def test_frames_and_times_of_a_video(video):
    source = VideoFile(video)
    assert (source.name, source.fps, source.num_frames) == (str(video), 25, 20)
    frames = list(source)
    assert [frame.index for frame in frames] == list(range(20))
    np.testing.assert_allclose([f.seconds for f in frames], np.arange(20) / 25)
    levels = [frame.image.mean() for frame in frames]
    np.testing.assert_allclose(levels, np.arange(20) * 10, atol=2)


def test_colours_are_rgb(tmp_path):
    red = np.full((48, 64, 3), (250, 10, 10), np.uint8)
    [frame] = VideoFile(write_video(tmp_path / "a.avi", [red]))
    np.testing.assert_allclose(frame.image.mean(axis=(0, 1)), (250, 10, 10), atol=6)


def test_a_broken_frame_is_passed_and_counted(video):
    frames = list(VideoFile(spoil_frame(video, 5)))
    assert len(frames) == 20
    assert [frame.index for frame in frames if frame.image is None] == [4]
    np.testing.assert_allclose([f.seconds for f in frames], np.arange(20) / 25)


def test_a_cut_off_video_ends_early(video):
    source = VideoFile(cut_off(video, 10))
    assert source.num_frames == 20
    assert 8 <= len(list(source)) <= 10


def test_no_video(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        VideoFile(tmp_path / "none.mp4")
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(DataError, match="cannot read this video"):
        VideoFile(tmp_path / "a.mp4")


def test_pictures_as_frames(tmp_path):
    paths = [tmp_path / f"{i}.png" for i in range(4)]
    for path, image in zip(paths, grey_frames(4), strict=True):
        write_image(path, image)
    paths[2].write_bytes(b"broken")
    source = PictureSequence(paths, fps=10)
    assert (source.name, source.num_frames) == (str(tmp_path), 4)
    frames = list(source)
    np.testing.assert_allclose([f.seconds for f in frames], [0, 0.1, 0.2, 0.3])
    assert [frame.path for frame in frames] == paths
    assert [f.image is None for f in frames] == [False, False, True, False]


class FakeCapture:
    """A camera of 640 x 480 that is unplugged after three frames."""

    def __init__(self, number):
        self.left = 3 if number == 0 else -1

    def isOpened(self):
        return self.left >= 0

    def get(self, what):
        return 0.0

    def read(self):
        self.left -= 1
        return self.left >= 0, np.zeros((480, 640, 3), np.uint8)

    def release(self):
        pass


def test_a_camera_has_the_clocks_times(monkeypatch):
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    source = Camera(0)
    assert (source.name, source.fps, source.num_frames) == ("camera 0", 30, None)
    frames = list(source)
    assert len(frames) == 3
    times = [frame.seconds for frame in frames]
    assert times == sorted(times) and times[-1] < 5


def test_a_camera_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cv2, "VideoCapture", FakeCapture)
    with pytest.raises(DataError, match="camera 1 cannot be opened; check"):
        Camera(1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.mp4", True), ("a/b.MOV", True), ("a.jpg", False), ("mp4", False)],
)
def test_videos_are_told_by_their_ending(name, expected):
    assert is_video(name) is expected
