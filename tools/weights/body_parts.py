"""Find feet, knees, elbows and faces in photos of people, as places without a hand.

Runs in an environment of its own (mediapipe 0.10.21, as `benchmarks` have it), which
cannot hold this library:

    python tools/weights/body_parts.py data/people --out parts.json

MediaPipe's pose network looks at each photo whole and in overlapping parts; what it is
sure of is kept: boxes around feet (ankle, heel, toe), knees, elbows and faces, and, as
`hands`, boxes around all that it takes for hands, sure or not. `mine_negatives.py
--places parts.json` takes those that are far from every hand.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np

#: Landmarks of a part, and those whose distance is its limb's length.
FEET = ((27, 29, 31), (28, 30, 32))
JOINTS = {"knee": ((25, 23), (26, 24)), "elbow": ((13, 11), (14, 12))}
FACE, HANDS = range(11), ((15, 17, 19, 21), (16, 18, 20, 22))

#: A landmark is believed from this visibility on.
MIN_VISIBILITY = 0.75

#: Side of a box over the extent of its landmarks, and of a joint's over its limb.
FOOT_SCALE, FACE_SCALE, JOINT_SCALE, HAND_SCALE = 1.25, 1.3, 0.5, 2.5

#: Shares of a photo that are looked at: left, top, width and height.
VIEWS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 0.6, 1.0),
    (0.4, 0.0, 0.6, 1.0),
    (0.2, 0.0, 0.6, 1.0),
    (0.0, 0.4, 0.6, 0.6),
    (0.4, 0.4, 0.6, 0.6),
)

#: Boxes that share more than this part of the smaller one are the same.
SAME = 0.4


def square(points: np.ndarray, scale: float, side: float = 0.0) -> list[float]:
    """Return the square around points: `x, y, side, side`."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = scale * (side or float((high - low).max()))
    return [
        *((low + high - side) / 2).round(1).tolist(),
        round(side, 1),
        round(side, 1),
    ]


def parts_of(points: np.ndarray, visible: np.ndarray) -> Iterator[tuple[str, Any]]:
    """Give name and box of each part of one person."""
    for foot in FEET:
        if visible[list(foot)].all():
            yield "foot", square(points[list(foot)], FOOT_SCALE)
    for name, pairs in JOINTS.items():
        for joint, root in pairs:
            if visible[[joint, root]].all():
                limb = float(np.linalg.norm(points[joint] - points[root]))
                yield name, square(points[[joint]], JOINT_SCALE, limb)
    if visible[list(FACE)].all():
        yield "face", square(points[list(FACE)], FACE_SCALE)
    for hand in HANDS:
        yield "hand", square(points[list(hand)], HAND_SCALE)


def is_same(box: list[float], other: list[float]) -> bool:
    """Tell whether two boxes show one place."""
    low = np.maximum(box[:2], other[:2])
    high = np.minimum(np.add(box[:2], box[2:]), np.add(other[:2], other[2:]))
    shared = np.prod(np.maximum(high - low, 0))
    return bool(shared > SAME * min(box[2] * box[3], other[2] * other[3]))


def look(path: Path) -> dict[str, list[list[float]]]:
    """Return the boxes of one photo by part."""
    image = cv2.imread(str(path))
    found: dict[str, list[list[float]]] = {}
    if image is None:
        return found
    height, width = image.shape[:2]
    for left, top, across, down in VIEWS:
        x, y = int(left * width), int(top * height)
        view = image[y : y + int(down * height), x : x + int(across * width)]
        result = _pose.process(np.ascontiguousarray(view[..., ::-1]))
        if result.pose_landmarks is None:
            continue
        marks = result.pose_landmarks.landmark
        size = view.shape[1], view.shape[0]
        points = np.array([[mark.x, mark.y] for mark in marks]) * size
        inside = ((points > 0) & (points < size)).all(axis=1)
        visible = np.array([mark.visibility for mark in marks]) > MIN_VISIBILITY
        for name, box in parts_of(points + np.array([x, y]), visible & inside):
            known = found.setdefault(name, [])
            if name == "hand" or not any(is_same(box, other) for other in known):
                known.append(box)
    return found


def open_network() -> None:
    """Open a worker's network."""
    global _pose
    _pose = mp.solutions.pose.Pose(static_image_mode=True, model_complexity=1)


def main() -> None:
    """Write the boxes of all photos."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("people", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    photos = sorted(args.people.rglob("*.jpg")) + sorted(args.people.rglob("*.png"))
    with ProcessPoolExecutor(initializer=open_network) as pool:
        found = [*pool.map(look, photos, chunksize=8)]
    names = [str(photo.relative_to(args.people)) for photo in photos]
    args.out.write_text(json.dumps(dict(zip(names, found, strict=True))))
    counts: dict[str, int] = {}
    for parts in found:
        for name, boxes in parts.items():
            counts[name] = counts.get(name, 0) + len(boxes)
    print(f"{args.out}: {counts}")


if __name__ == "__main__":
    main()
