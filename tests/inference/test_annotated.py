from __future__ import annotations

import numpy as np
import pytest
from videos import grey_frames

from handypose_tf.errors import OutputError
from handypose_tf.geometry import tight_box
from handypose_tf.images import read_image
from handypose_tf.inference.annotated import AnnotatedPictures, annotated_video
from handypose_tf.inference.frames import Frame, VideoFile
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.tracked_frames import TrackedFrame

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
