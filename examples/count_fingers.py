"""Count the stretched fingers of the hands in photos: a small use of the keypoints.

python examples/count_fingers.py photo.jpg
"""

from __future__ import annotations

import sys

import numpy as np

from handypose_tf import HandPoseEstimator
from handypose_tf.hand import FINGER_KEYPOINTS, WRIST

#: Length of the straight way over that along the bones, from which on a finger is
#: stretched. The thumb bends less and is measured from its base.
STRETCHED = {"thumb": 0.93, "index": 0.9, "middle": 0.9, "ring": 0.9, "little": 0.9}


def stretched_fingers(keypoints: np.ndarray) -> list[str]:
    """Return the names of the stretched fingers.

    A finger is stretched if the way from its base to its tip is nearly straight and
    leads away from the wrist.

    Args:
        keypoints: `(21, 2)`, pixels.
    """
    found = []
    for finger, joints in FINGER_KEYPOINTS.items():
        points = keypoints[list(joints)]
        along = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
        straight = np.linalg.norm(points[-1] - points[0])
        base, tip = np.linalg.norm(points[[0, -1]] - keypoints[WRIST], axis=1)
        if tip > base and straight > STRETCHED[finger] * along:
            found.append(finger)
    return found


def main(paths: list[str]) -> None:
    """Print a line for each hand."""
    estimator = HandPoseEstimator()
    for path in paths:
        for hand in estimator.predict(path):
            fingers = stretched_fingers(hand.keypoints)
            print(f"{path}: {len(fingers)} ({', '.join(fingers) or 'a fist'})")


if __name__ == "__main__":
    main(sys.argv[1:])
