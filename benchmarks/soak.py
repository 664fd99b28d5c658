"""One hour of video through the tracker: does memory grow, is a frame lost?

A clip of a few seconds is played over and over. Memory is the process's resident set,
read once the first clip is through and then after every minute of video.

  python benchmarks/soak.py CLIP --minutes 60
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.inference import HandPoseEstimator, HandTracker
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.inference.video.frames import Frame, VideoFile
from handypose_tf.inference.video.tracked_frames import track

#: Memory that may come and go, MB.
_ALLOWED_GROWTH = 5.0


class LoopedVideo:
    """A video file that is read again and again, its times going on.

    Args:
        path: Of the video.
        seconds: To play in all.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        self.name = str(path)
        self._path = path
        first = VideoFile(path)
        self.fps, self.num_frames = first.fps, round(seconds * first.fps)

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames."""
        endless = itertools.chain.from_iterable(
            VideoFile(self._path) for _ in itertools.count()
        )
        for index, frame in enumerate(itertools.islice(endless, self.num_frames)):
            yield Frame(index, index / self.fps, frame.image)


def main(argv: Sequence[str] | None = None) -> int:
    """Print memory and frames; 1 if memory grew or a frame is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args(argv)
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model, arguments.threads, levels=1)
    source = LoopedVideo(arguments.clip, 60 * arguments.minutes)
    minute = round(60 * source.fps)
    warm_up = min(minute, source.num_frames // 10)
    num_hands, memory, start = 0, [], time.perf_counter()
    for tracked in track(source, HandTracker(estimator, max_hands=1)):
        num_hands += bool(tracked.hands)
        count = tracked.frame.index + 1
        if count == warm_up or (count > warm_up and count % minute == 0):
            memory.append(resident_megabytes())
    memory.append(resident_megabytes())
    seconds = time.perf_counter() - start
    growth = float(np.polyfit(np.arange(len(memory)), memory, 1)[0] * (len(memory) - 1))
    is_good = count == source.num_frames and growth < _ALLOWED_GROWTH
    print(
        f"{count} of {source.num_frames} frames, a hand in {num_hands}, "
        f"{count / seconds:.0f} frames/s; memory {memory[0]:.1f} MB after warm-up, "
        f"{memory[-1]:.1f} MB at the end, most {max(memory):.1f}, fitted growth "
        f"{growth:+.2f} MB: {'good' if is_good else 'NOT good'}"
    )
    return 0 if is_good else 1


def resident_megabytes() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    raise SystemExit(main())
