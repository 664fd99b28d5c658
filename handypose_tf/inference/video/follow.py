"""A video gone through to its end: every frame to all sinks, and what came of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from handypose_tf.inference.video.frames import FrameSource
from handypose_tf.inference.video.hand_tracker import HandTracker
from handypose_tf.inference.video.tracked_frames import TrackedFrame, track

#: Takes the frames one by one.
Sink = Callable[[TrackedFrame], object]

#: A video that ends before this share of its frames is cut off.
_WHOLE_SHARE = 0.95


@dataclass
class FollowCounts:
    """What came of one video.

    Attributes:
        num_frames: Frames that were gone through.
        num_unreadable: Those of them that could not be read.
        ids: Of the hands.
        seconds: Time of the last frame.
        longest_gap: Between two frames, seconds.
        rate: Frames a second, as it was gone through.
        is_whole: Whether it was gone through to the end that it tells, or stopped.
    """

    num_frames: int = 0
    num_unreadable: int = 0
    ids: set[int | None] = field(default_factory=set)
    seconds: float = 0.0
    longest_gap: float = 0.0
    rate: float = 0.0
    is_whole: bool = True

    def add(self, tracked: TrackedFrame) -> None:
        """Count a frame."""
        gap = tracked.frame.seconds - self.seconds
        self.longest_gap = max(self.longest_gap, gap)
        self.seconds = tracked.frame.seconds
        self.num_frames += 1
        self.num_unreadable += tracked.frame.image is None
        self.ids |= {hand.id for hand in tracked.hands}

    def __str__(self) -> str:
        """Tell them in half a line."""
        unreadable = f"{self.num_unreadable} of them unreadable, "
        return (
            f"{self.num_frames} frames, {unreadable * bool(self.num_unreadable)}"
            f"{len(self.ids)} hand{'s' * (len(self.ids) != 1)}, "
            f"{self.rate:.1f} frames/s"
        )


def follow(
    source: FrameSource,
    tracker: HandTracker,
    sinks: Iterable[Sink] = (),
    *,
    is_stopped: Callable[[], bool] = lambda: False,
) -> FollowCounts:
    """Follow the hands of a video, and give every frame to all sinks.

    Args:
        source: A video file, a sequence of pictures or a camera.
        tracker: Is reset first; see `track`.
        sinks: Take the frames one by one, each before the next is read.
        is_stopped: Asked after every frame whether that was the last.

    Raises:
        DataError: If the source cannot be read.

    Examples:
        >>> lines = JsonLinesFile("hands.jsonl")  # doctest: +SKIP
        >>> with lines:  # doctest: +SKIP
        ...     follow(video, tracker, [lambda each: lines.write(each.entry("a"))])
    """
    counts, sinks, begin = FollowCounts(), [*sinks], time.perf_counter()
    stopped = False
    with contextlib.closing(track(source, tracker)) as frames:
        for tracked in frames:
            counts.add(tracked)
            for sink in sinks:
                sink(tracked)
            if stopped := is_stopped():
                break
    counts.rate = counts.num_frames / max(time.perf_counter() - begin, 1e-6)
    counts.is_whole = stopped or is_stopped() or not _ends_early(source, counts)
    return counts


def _ends_early(source: FrameSource, counts: FollowCounts) -> bool:
    """Tell whether frames are missing; what a video says of itself is not exact.

    Where the rate varies the number of frames is a guess, but not the duration.
    """
    if counts.num_frames >= _WHOLE_SHARE * (source.num_frames or 0):
        return False
    end = counts.seconds + max(counts.longest_gap, 1 / source.fps)
    return end < _WHOLE_SHARE * (source.duration or 0.0)
