"""Scenes of moving hands, tracked by `handypose_tf`: what `hand-tracker.ts` must give.

A hand is five points around its middle. What stands in for the networks sees a hand
where it is looked for, if its middle is nearer than half the region's side.

Run as `python tests/unit/make_tracking_golden.py > tests/unit/tracking-golden.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from handypose_tf.geometry import HandRegion, keypoints_region, tight_box
from handypose_tf.inference import HandPose, HandTracker
from handypose_tf.inference.hand_overlap import drop_duplicates

WIDTH, HEIGHT = 320, 240
MIN_SCORE, KEEP_SCORE = 0.5, 0.3
SHAPE = np.array([(-0.25, -0.5), (0.4, -0.1), (-0.3, 0.5), (0.1, 0.2), (0.0, 0.0)])

#: x and y of the middle, size, score, chance of a left hand.
Hand = Sequence[float]


def pose(hand: Hand) -> HandPose:
    """Return a hand as a network would tell it."""
    x, y, size, score, left = hand
    points = (SHAPE * size + (x, y)).astype(np.float32)
    told = HandPose(points, np.full(len(points), score), tight_box(points), score)
    return told.with_side(left)


class SceneEstimator:
    """Sees the hands of `hands`."""

    min_score, keep_score = MIN_SCORE, KEEP_SCORE

    def __init__(self) -> None:
        self.hands: Sequence[Hand] = ()

    def find(self, image: Any, known: Sequence[HandPose] = ()) -> list[HandPose]:
        """Return the hands that score enough, the best first."""
        best_first = sorted((pose(h) for h in self.hands), key=lambda hand: -hand.score)
        sure = [hand for hand in best_first if hand.score >= MIN_SCORE]
        return drop_duplicates(sure, known)

    def predict_regions(
        self, image: Any, regions: Sequence[HandRegion]
    ) -> list[HandPose]:
        """Return the hand of each region, or one of score 0."""
        return [self._look(region) for region in regions]

    def next_region(self, hand: HandPose) -> HandRegion:
        """Return the square around a hand."""
        return keypoints_region(hand.keypoints)

    def _look(self, region: HandRegion) -> HandPose:
        x, y = np.asarray(region.center, float).tolist()
        near = [(math.hypot(h[0] - x, h[1] - y), h) for h in self.hands]
        distance, hand = min(near, default=(math.inf, ()))
        if distance < region.side / 2:
            return pose(hand)
        return pose((x, y, region.side / 1.5, 0, 0.5))


def crossing(seed: int, *, sides: bool) -> Iterator[tuple[float, list[Hand]]]:
    """Give two hands that pass each other; the one behind is not seen there."""
    rng = np.random.default_rng(seed)
    seconds = 0.0
    for i in range(50):
        right = (40 + 5 * i + rng.normal(), 120 + rng.normal(), 60, 0.9, 0.2)
        left = (280 - 5 * i + rng.normal(), 130 + rng.normal(), 55, 0.8, 0.7)
        if not sides:
            left = (*left[:4], 0.2)
        is_hidden = abs(right[0] - left[0]) < 35
        yield seconds, [right] if is_hidden else [left, right]
        seconds += 1 / 30 + 0.004 * (i % 3)


def comings_and_goings(seed: int) -> Iterator[tuple[float, list[Hand]]]:
    """Give hands of which each is there at times, with a score that varies."""
    rng = np.random.default_rng(seed)
    places = rng.uniform((50, 50), (270, 190), (3, 2))
    speeds = rng.normal(0, 2, (3, 2))
    is_there = np.array([True, True, False])
    for i in range(60):
        is_there ^= rng.random(3) < 0.06
        places += speeds
        speeds = np.where(rng.random((3, 2)) < 0.05, -speeds, speeds)
        scores = np.clip(rng.normal((0.9, 0.5, 0.75), 0.1), 0, 1)
        yield (
            i / 30,
            [
                (*place, 48, score, left)
                for place, score, left, there in zip(
                    places.tolist(), scores, (0.1, 0.8, 0.4), is_there, strict=True
                )
                if there
            ],
        )


def scenes() -> dict[str, Iterator[tuple[float, list[Hand]]]]:
    """Return the scenes by name."""
    return {
        "a left and a right hand cross": crossing(0, sides=True),
        "two right hands cross": crossing(1, sides=False),
        **{f"hands come and go, {n}": comings_and_goings(n) for n in range(4)},
    }


def track(scene: Iterator[tuple[float, list[Hand]]]) -> list[dict[str, Any]]:
    """Return each frame and what is told of it: id, middle and side of each hand."""
    estimator = SceneEstimator()
    tracker = HandTracker(estimator)  # type: ignore[arg-type]
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frames = []
    for seconds, hands in scene:
        estimator.hands = [[round(float(v), 3) for v in hand] for hand in hands]
        now = round(seconds, 4)
        told = [
            [hand.id, *hand.keypoints.mean(axis=0).tolist(), hand.left_score]
            for hand in tracker.update(image, now)
        ]
        told = [[round(float(value or 0), 3) for value in hand] for hand in told]
        frames.append({"seconds": now, "hands": estimator.hands, "told": told})
    return frames


def golden() -> dict[str, Any]:
    """Return what the file holds."""
    facts = {
        "width": WIDTH,
        "height": HEIGHT,
        "limits": {"minScore": MIN_SCORE, "keepScore": KEEP_SCORE},
        "shape": SHAPE.tolist(),
    }
    return {**facts, "scenes": {name: track(scene) for name, scene in scenes().items()}}


if __name__ == "__main__":
    print(json.dumps(golden()))
