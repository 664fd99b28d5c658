from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from handypose_tf.inference import HandPose
from handypose_tf.inference.video.follow import follow
from handypose_tf.inference.video.frames import Frame

PICTURE = np.zeros((4, 4, 3), np.uint8)


@dataclass
class Clip:
    """Frames at 10 a second, of which some are missing or cannot be read."""

    length: int = 6
    num_frames: int | None = 6
    duration: float | None = 0.6
    unreadable: tuple[int, ...] = ()
    name: str = "clip"
    fps: float = 10.0

    def __iter__(self):
        for i in range(self.length):
            yield Frame(i, i / 10, None if i in self.unreadable else PICTURE)


class Tracker:
    """Finds one hand with the number of the tenth of a second, from the third on."""

    def reset(self):
        self.is_reset = True

    def update(self, image, seconds):
        assert self.is_reset
        number = round(10 * seconds)
        points, scores = np.zeros((21, 2)), np.ones(21)
        hand = HandPose(points, scores, (0, 0, 4, 4), 1.0, id=number)
        return [hand] if number > 1 else []


def test_every_frame_goes_to_all_sinks_and_is_counted():
    first, second = [], []
    counts = follow(Clip(unreadable=(4,)), Tracker(), [first.append, second.append])
    assert [each.frame.index for each in first] == [0, 1, 2, 3, 4, 5]
    assert first == second
    assert (counts.num_frames, counts.num_unreadable) == (6, 1)
    assert counts.ids == {2, 3, 5} and counts.is_whole
    assert str(counts).startswith("6 frames, 1 of them unreadable, 3 hands, ")


@pytest.mark.parametrize(
    ("length", "duration", "is_whole"),
    [
        (6, 0.6, True),
        (3, 0.6, False),  # of both frames and seconds a half is missing
        (3, 0.3, True),  # the number of frames was a guess, the duration is not
        (3, None, True),
    ],
)
def test_an_end_that_comes_early(length, duration, is_whole):
    counts = follow(Clip(length, duration=duration), Tracker())
    assert counts.num_frames == length and counts.is_whole is is_whole


def test_it_can_be_stopped_and_that_is_no_early_end():
    seen = []
    counts = follow(Clip(), Tracker(), [seen.append], is_stopped=lambda: len(seen) == 2)
    assert counts.num_frames == 2 and counts.is_whole
