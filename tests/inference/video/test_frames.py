from __future__ import annotations

import cv2
import numpy as np
import pytest
from videos import cut_off, grey_frames, spoil_frame, write_video

from handypose_tf.errors import DataError
from handypose_tf.images import write_image
from handypose_tf.inference.video.frames import (
    Camera,
    PictureSequence,
    VideoFile,
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


class TimedCapture:
    """A video of given times in seconds; `None` is a frame that cannot be read."""

    def __init__(self, times, fps, count, codec=0):
        self.times, self.index = times, -1
        self.facts = {cv2.CAP_PROP_FPS: fps, cv2.CAP_PROP_FRAME_COUNT: count}
        self.facts[cv2.CAP_PROP_FOURCC] = codec

    def isOpened(self):
        return True

    def get(self, what):
        if what == cv2.CAP_PROP_POS_MSEC:
            return 1000 * self.times[self.index]
        return self.facts[what]

    def read(self):
        self.index += 1
        there = self.index < len(self.times) and self.times[self.index] is not None
        return there, np.zeros((4, 4, 3), np.uint8) if there else None

    def release(self):
        pass


def timed(monkeypatch, tmp_path, *facts):
    monkeypatch.setattr(cv2, "VideoCapture", lambda _: TimedCapture(*facts))
    (tmp_path / "a.webm").write_bytes(b"")
    return VideoFile(tmp_path / "a.webm")


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0, 0.04, 0.5, 1.5], [0, 0.04, 0.5, 1.5]),
        ([0, 0.5, None, 1.5], [0, 0.5, 0.54, 1.5]),
        ([0, 0, 0], [0, 0.04, 0.08]),  # a file without times
        ([-0.08, -0.04, 0.02], [0, 0.04, 0.08]),
        ([0.3, 0.1, float("nan"), float("inf")], [0.3, 0.34, 0.38, 0.42]),
    ],
)
def test_frames_keep_their_times_and_these_only_grow(
    monkeypatch, tmp_path, times, expected
):
    frames = list(timed(monkeypatch, tmp_path, times, 25.0, 84.0))
    np.testing.assert_allclose([f.seconds for f in frames], expected)


def test_a_unit_of_time_is_no_rate(monkeypatch, tmp_path):
    source = timed(monkeypatch, tmp_path, [0], 1000.0, 3000.0)
    assert (source.fps, source.duration) == (30, 3)


@pytest.mark.parametrize(
    ("codec", "words"), [(b"AV01", "the video is AV1, which"), (b"abcd", "'abcd'")]
)
def test_a_codec_that_opencv_does_not_know_is_named(
    monkeypatch, tmp_path, codec, words
):
    codec = int.from_bytes(codec, "little")
    with pytest.raises(DataError, match=f"a.webm: .*{words}.*ffmpeg"):
        list(timed(monkeypatch, tmp_path, [], 25.0, 20.0, codec))


def test_what_is_no_video_is_named(tmp_path):
    path = tmp_path / "a.mp4"
    for data, words in (
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer"),
        (b"\n<!DOCTYPE html><html>", "is a web page"),
    ):
        path.write_bytes(data)
        with pytest.raises(DataError, match=words):
            VideoFile(path)


def test_an_address_without_an_answer():
    with pytest.raises(DataError, match=r"^rtsp://127\.0\.0\.1:9/live: OpenCV"):
        VideoFile("rtsp://me:secret@127.0.0.1:9/live")
