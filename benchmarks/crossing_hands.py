"""Whether ids stay with hands that cross, and how steady their points are meanwhile.

The films of `crossing_films.py` are followed as `handypose predict` follows a video. A
true hand has the id of the tracked one whose keypoints are nearest to its own, within
half its size and one to one, in frames in which half its points are seen. Told: frames
that have one, of those frames; changes: how often it is another id than before; wrong
side: frames in which it is called the other hand; error and jitter as `steadiness.py`
has them.

  python benchmarks/crossing_hands.py
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from crossing_films import FPS, Actor, CrossingFilm, films
from steadiness import hand_sizes, jitter, mean_error

from handypose_tf.cli.console import quiet_native_log
from handypose_tf.files import write_json
from handypose_tf.files.tables import format_table
from handypose_tf.geometry import FloatArray
from handypose_tf.inference import HandPose, HandPoseEstimator, HandTracker
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.inference.video.assignment import assign

#: A hand is told by keypoints within this share of its size on average.
_NEAR = 0.5
#: Frames in which fewer of a hand's points are seen do not count.
_SEEN = 0.5

HEADER = ("film", "hand", "told", "ids", "changes", "wrong side", "error", "jitter")


@dataclass(frozen=True)
class Followed:
    """What a tracker said of one true hand.

    Attributes:
        ids: Of the frames in which it is told, in order.
        num_seen: Frames in which it should be.
        wrong_side: Frames in which it is told and called the other hand.
        error: Mean, in hand sizes.
        jitter: Hand sizes / s^2.
    """

    ids: list[int]
    num_seen: int
    wrong_side: int
    error: float
    jitter: float

    @property
    def num_changes(self) -> int:
        """How often the id is another than before."""
        pairs = zip(self.ids, self.ids[1:], strict=False)
        return sum(one != next_one for one, next_one in pairs)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args(argv)
    with quiet_native_log():
        estimator = HandPoseEstimator(arguments.model, arguments.threads, levels=1)
    table, figures = [], []
    for name, film in films().items():
        for actor, hand in zip(film.actors, follow(film, estimator), strict=True):
            table.append(row(name, actor, hand))
            figures.append(dict(zip(HEADER, table[-1], strict=True)))
    print(format_table(HEADER, table))
    if arguments.json is not None:
        write_json(os.fspath(arguments.json), figures)


def follow(film: CrossingFilm, estimator: HandPoseEstimator) -> list[Followed]:
    """Track a film; return what became of each of its hands."""
    tracker = HandTracker(estimator)
    truth, seen, told = [], [], []
    for index, frame in enumerate(film):
        hands = tracker.update(frame.image, index / FPS)
        is_seen = frame.seen >= _SEEN
        found = tell(hands, frame.keypoints)
        truth.append(frame.keypoints)
        seen.append(is_seen)
        told.append([h if s else None for h, s in zip(found, is_seen, strict=True)])
    columns = zip(*told, strict=True)
    return [
        _followed(actor, hands, np.stack(truth)[:, i], np.stack(seen)[:, i])
        for i, (actor, hands) in enumerate(zip(film.actors, columns, strict=True))
    ]


def tell(hands: Sequence[HandPose], truth: FloatArray) -> list[HandPose | None]:
    """Return which tracked hand each true one is, if any; each is one at most."""
    sizes = hand_sizes(truth)
    far = [
        [float(np.linalg.norm(h.keypoints - own, axis=1).mean() / size) for h in hands]
        for own, size in zip(truth, sizes, strict=True)
    ]
    chosen = assign(np.reshape(far, (len(truth), len(hands))), _NEAR)
    return [None if i is None else hands[i] for i in chosen]


def row(name: str, actor: Actor, hand: Followed) -> list[str]:
    return [
        name,
        "left" if actor.is_left else "right",
        f"{len(hand.ids)} of {hand.num_seen}",
        ", ".join(map(str, dict.fromkeys(hand.ids))),
        str(hand.num_changes),
        str(hand.wrong_side),
        f"{hand.error:.3f}",
        f"{hand.jitter:.1f}",
    ]


def _followed(
    actor: Actor,
    told: Sequence[HandPose | None],
    truth: FloatArray,
    seen: FloatArray,
) -> Followed:
    missing = np.full_like(truth[0], np.nan)
    points = np.stack([missing if hand is None else hand.keypoints for hand in told])
    there = [hand for hand in told if hand is not None]
    return Followed(
        [hand.id or 0 for hand in there],
        int(seen.sum()),
        sum(hand.is_left is not actor.is_left for hand in there),
        mean_error(points, truth),
        jitter(points, truth, FPS),
    )


if __name__ == "__main__":
    main()
