"""A name that is no UTF-8, of which native libraries die, is linked to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from videos import grey_frames, write_video

from handypose_tf.errors import ModelError
from handypose_tf.files.native_path import native_path
from handypose_tf.inference.video.annotated import annotated_video
from handypose_tf.inference.video.frames import VideoFile
from handypose_tf.inference.video.tracked_frames import TrackedFrame
from handypose_tf.litert.interpreter import open_interpreter

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="names of files are UTF-8 here"
)


@pytest.fixture
def odd(tmp_path):
    """A folder whose name is Latin-1."""
    folder = tmp_path / os.fsdecode(b"h\xe4nde")
    folder.mkdir()
    return folder


def test_a_name_in_utf8_is_itself(tmp_path):
    with native_path(tmp_path / "hände.mp4") as name:
        assert name == str(tmp_path / "hände.mp4")


def test_another_name_is_a_link_for_as_long_as_it_is_needed(odd):
    (odd / "a.txt").write_text("read")
    with native_path(odd / "a.txt") as name, native_path(odd / "b.txt") as other:
        assert name.encode() and name.endswith(".txt")
        assert Path(name).read_text() == "read"
        Path(other).write_text("written")
    assert (odd / "b.txt").read_text() == "written"
    assert not os.path.lexists(name)


def test_videos_are_read_and_written(odd, tmp_path):
    write_video(tmp_path / "a.avi", grey_frames(3)).rename(odd / "a.avi")
    frames = list(VideoFile(odd / "a.avi"))
    assert len(frames) == 3
    with annotated_video(odd / "b.mp4", 25) as video:
        for frame in frames:
            video.write(TrackedFrame(frame, []))
    assert len(list(VideoFile(odd / "b.mp4"))) == 3


def test_a_network_is_looked_at(odd):
    (odd / "a.tflite").write_bytes(b"")
    with pytest.raises(ModelError, match="the file is empty"):
        open_interpreter(odd / "a.tflite")
