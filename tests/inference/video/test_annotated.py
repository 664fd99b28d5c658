from __future__ import annotations

import numpy as np
import pytest
from videos import grey_frames

from handypose_tf.errors import OutputError
from handypose_tf.geometry import tight_box
from handypose_tf.images import read_image
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.video.annotated import AnnotatedPictures, annotated_video
from handypose_tf.inference.video.frames import Frame, VideoFile
from handypose_tf.inference.video.tracked_frames import TrackedFrame

POINTS = np.random.default_rng(0).uniform(5, 40, (21, 2)).astype(np.float32)
HAND = HandPose(POINTS, np.ones(21), tight_box(POINTS), 1.0, id=1)


def tracked(count: int) -> list[TrackedFrame]:
    """A drawn hand in odd frames; frame 3 cannot be read."""
    return [
        TrackedFrame(
            Frame(i, i / 25, image if i != 3 else None), [HAND] if i % 2 else []
        )
        for i, image in enumerate(grey_frames(count))
    ]


def test_a_video_is_written_beside_and_put_in_place(tmp_path):
    path = tmp_path / "new" / "a.mp4"
    with annotated_video(path, 25) as video:
        for frame in tracked(8):
            video.write(frame)
        assert not path.exists()
    assert list(path.parent.iterdir()) == [path]
    source = VideoFile(path)
    assert source.fps == 25
    images = [frame.image for frame in source]
    assert len(images) == 8
    # The unreadable frame repeats the one before.
    spread = [image.std() > 5 for image in images]
    assert spread == [False, True, False, False, False, True, False, True]
    assert images[3].mean() == pytest.approx(20, abs=3)


def times_written(path, times, fps=10):
    """Write frame i, grey 10 i, at each time; returns the level of each frame."""
    with annotated_video(path, fps) as video:
        for i, (image, seconds) in enumerate(zip(grey_frames(9), times, strict=False)):
            video.write(TrackedFrame(Frame(i, seconds, image), []))
    return [round(frame.image.mean() / 10) for frame in VideoFile(path)]


@pytest.mark.parametrize(
    ("times", "levels"),
    [
        ([0, 0.1, 0.2, 0.3], [0, 1, 2, 3]),
        ([5, 5.1, 5.2], [0, 1, 2]),
        ([0, 0.09, 0.21, 0.29, 0.4], [0, 1, 2, 3, 4]),  # not quite regular
        ([0, 0.1, 0.5, 0.6], [0, 1, 1, 1, 1, 2, 3]),  # a pause of four frames
        ([0, 0.01, 0.02, 0.1, 0.2], [0, 1, 4]),  # more frames than the rate has
    ],
)
def test_what_is_written_keeps_the_times(tmp_path, times, levels):
    assert times_written(tmp_path / "a.mp4", times) == levels


def test_a_long_pause_is_cut_to_a_minute(tmp_path):
    levels = times_written(tmp_path / "a.mp4", [0, 1e6, 1e6 + 0.1])
    assert levels == [0] * 600 + [1, 2]


def test_a_video_that_is_not_whole_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with (
        pytest.raises(OutputError, match=r"a\.mp4: cannot write: .*disk full"),
        annotated_video(path, 25) as video,
    ):
        for frame in tracked(8):
            video.write(frame)
        video.close()
        [part] = tmp_path.glob(".handypose*")
        part.write_bytes(part.read_bytes()[:-300])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_nothing_behind(tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(RuntimeError), annotated_video(path, 25) as video:
        video.write(tracked(1)[0])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_no_frame_no_video(tmp_path):
    with (
        pytest.raises(OutputError, match="no frame could be read"),
        annotated_video(tmp_path / "a.mp4", 25),
    ):
        pass


def test_pictures_go_to_their_places(tmp_path):
    frame = tracked(2)[1].frame
    picture = TrackedFrame(Frame(1, 0.04, frame.image, tmp_path / "in.png"), [HAND])
    target = tmp_path / "out" / "in.png"
    AnnotatedPictures({tmp_path / "in.png": target}).write(picture)
    assert (read_image(target) != frame.image).any()


def test_a_frame_of_another_size_is_brought_to_the_first_one_s(tmp_path):
    frames = grey_frames(3)
    frames[1] = np.full((2 * frames[1].shape[0], 30, 3), 200, np.uint8)
    with annotated_video(tmp_path / "a.mp4", 25) as video:
        for i, image in enumerate(frames):
            video.write(TrackedFrame(Frame(i, i / 25, image), []))
    images = [frame.image for frame in VideoFile(tmp_path / "a.mp4")]
    assert [image.shape for image in images] == [frames[0].shape] * 3
    assert [round(image.mean(), -1) for image in images] == [0, 200, 20]
