"""Follow the hands in front of a camera and show them in a window; q ends.

pip install opencv-python in place of opencv-python-headless, which has no windows.

python examples/webcam.py
python examples/webcam.py --camera 1 --max-hands 4 --mirror
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from handypose_tf.inference import Camera, HandPoseEstimator, HandTracker, Window, track
from handypose_tf.inference.video.frames import Frame, FrameSource


class Mirrored:
    """A camera as one sees oneself in a mirror."""

    num_frames = None

    def __init__(self, source: FrameSource) -> None:
        self._source, self.name, self.fps = source, source.name, source.fps

    def __iter__(self) -> Iterator[Frame]:
        """Go through the frames."""
        for frame in self._source:
            image = frame.image
            if image is not None:
                image = np.ascontiguousarray(image[:, ::-1])
            yield replace(frame, image=image)


def main() -> None:
    """Show the camera's hands until q is pressed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--camera", type=int, default=0)
    parser.add_argument("--max-hands", type=int, default=2)
    parser.add_argument("--mirror", action="store_true")
    args = parser.parse_args()
    source = Camera(args.camera)
    if args.mirror:
        source = Mirrored(source)
    tracker = HandTracker(
        HandPoseEstimator(num_threads=2, levels=1), max_hands=args.max_hands
    )
    with Window() as window:
        for tracked in track(source, tracker):
            window.write(tracked)
            if window.is_closed:
                break


if __name__ == "__main__":
    main()
