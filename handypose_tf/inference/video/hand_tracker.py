"""Following hands through a video, one frame at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from handypose_tf.checks import check_least
from handypose_tf.geometry import box_center
from handypose_tf.images import Image, check_image
from handypose_tf.inference.estimator import HandPoseEstimator
from handypose_tf.inference.hand_overlap import is_same_hand
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.video.assignment import assign
from handypose_tf.inference.video.hand_track import HandTrack
from handypose_tf.inference.video.one_euro import OneEuro

#: With all places taken, a new hand takes the place of a followed one only if its score
#: is higher by this much.
_TAKEOVER = 0.2

#: A pose is another hand's than the one it was looked for if it is less unlike that
#: one; one that is more unlike than this (`HandTrack.cost`) is not.
_MOST_UNLIKE = 1.0

#: A hand that was lost is back where it should be by now, if it is no more unlike ...
_LEAST_ALIKE = 0.5
#: ... and a hand that is found in the whole picture is a lost one if it is no more
#: unlike than `_MOST_UNLIKE`, and this much more a second: it may have turned.
_DRIFT = 3.0

#: Hands may be mixed up where their boxes, this much larger, as crops are, overlap.
_NEAR_SCALE = 1.25

#: A hand behind another one is remembered for this many seconds.
_MOST_HIDDEN = 2.0

#: Frames a second where the caller tells no times.
_FRAME_RATE = 30.0

_DEFAULT_SMOOTHING = OneEuro()


class HandTracker:
    """Follows hands through a video: each is cut out around its last pose.

    The whole picture is searched where no hand is followed or one was just lost, and
    on every `every`-th frame. A hand keeps its id and its side also where hands cross:
    of two crops that ran into one hand, the pose goes to the hand that it is more
    alike, by shape, place, motion and side. A lost hand is looked for where its motion
    would have it; one that is found again within `patience` has its id again.

    Args:
        estimator: Finds hands and their keypoints; by default that of the shipped
            models, whose detector looks at the whole frame alone (`levels=1`). Its
            `min_score` is what a new hand needs, its `turn` says whether crops show the
            hands upright, its `mirrored` whether frames are mirrored. A look at one
            frame costs one run of the model a hand, and the search on top where it is
            due.
        max_hands: Most hands to follow.
        every: Frames between two searches for further hands.
        keep_score: A followed hand whose score is lower is lost; by default the
            estimator's `keep_score`.
        patience: Seconds for which a lost hand is remembered.
        smoothing: Of the keypoints that are returned; `None` for none. Crops follow
            the unsmoothed ones.

    Examples:
        >>> tracker = HandTracker()  # doctest: +SKIP
        >>> hands = tracker.update(frame)  # doctest: +SKIP
        >>> hands[0].id  # doctest: +SKIP
        1
    """

    def __init__(
        self,
        estimator: HandPoseEstimator | None = None,
        *,
        max_hands: int = 2,
        every: int = 10,
        keep_score: float | None = None,
        patience: float = 0.5,
        smoothing: OneEuro | None = _DEFAULT_SMOOTHING,
    ) -> None:
        for name, value in (("max_hands", max_hands), ("every", every)):
            check_least(name, value, 1)
        self._estimator = estimator or HandPoseEstimator(levels=1)
        self._max_hands = max_hands
        self._every = every
        own = self._estimator.keep_score
        self._keep_score = own if keep_score is None else keep_score
        self._patience = patience
        self._smoothing = smoothing
        self.reset()

    def reset(self) -> None:
        """Forget all hands, as between two videos; ids start at 1 again."""
        self._tracks: list[HandTrack] = []
        self._lost: list[HandTrack] = []
        self._next_id = 1
        self._frame = -1
        self._seconds: float | None = None

    def update(self, image: Image, seconds: float | None = None) -> list[HandPose]:
        """Find the hands of the next frame.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            seconds: Time of the frame; by default 1/30 s after the one before.

        Returns:
            The hands with their ids, the longest followed first.

        Raises:
            ValueError: If the image has a wrong type or shape, or the time is not
                finite or before that of the last frame; the frame is then as if it had
                not been.
        """
        check_image(image)
        now = self._seconds = self._checked_time(seconds)
        self._frame += 1
        num_before = len(self._tracks)
        self._forget(now)
        self._follow(image, now)
        was_lost = len(self._tracks) < num_before
        if not self._tracks or was_lost or self._frame % self._every == 0:
            self._search(image, now)
        return [track.result() for track in self._tracks]

    def _checked_time(self, seconds: float | None) -> float:
        last = self._seconds
        if seconds is None:
            return 0.0 if last is None else last + 1 / _FRAME_RATE
        if not math.isfinite(seconds) or (last is not None and seconds < last):
            raise ValueError(
                "`seconds` must be finite and not before the last frame's "
                f"{0.0 if last is None else last}; `reset()` starts another video. "
                f"Received: {seconds}"
            )
        return seconds

    def _forget(self, now: float) -> None:
        """Forget lost hands; behind another hand their patience does not run."""
        for track in self._lost:
            if _is_near(track.expected(now), [own.pose for own in self._tracks]):
                track.hidden_until = now
        self._lost = [
            track
            for track in self._lost
            if now - max(track.seconds, track.hidden_until) <= self._patience
            and now - track.seconds <= _MOST_HIDDEN
        ]

    def _follow(self, image: Image, now: float) -> None:
        """Look for each hand where it should be; each pose goes to one hand.

        Hands without a pose are lost, lost ones with one are back.
        """
        tracks = [*self._tracks, *self._lost]
        num_followed = len(self._tracks)
        places = [track.pose for track in self._tracks]
        places += [track.expected(now) for track in self._lost]
        regions = [self._estimator.next_region(place) for place in places]
        poses = self._estimator.predict_regions(image, regions)
        least = [self._keep_score] * num_followed
        least += [self._estimator.min_score] * len(self._lost)
        looks = [
            pose if pose.score >= score and _is_inside(pose, image) else None
            for pose, score in zip(poses, least, strict=True)
        ]
        seen = _distribute(tracks, looks, num_followed, now)
        self._take(tracks, seen, now)

    def _take(
        self, tracks: list[HandTrack], seen: list[HandPose | None], now: float
    ) -> None:
        """Give tracks their poses; the others are lost."""
        followed, others = [], []
        hands = [
            track.expected(now) if pose is None else pose
            for track, pose in zip(tracks, seen, strict=True)
        ]
        for index, (track, pose) in enumerate(zip(tracks, seen, strict=True)):
            if pose is None:
                others.append(track)
                continue
            is_near = _is_near(pose, [*hands[:index], *hands[index + 1 :]])
            if track in self._lost:
                track.return_as(pose, now)
            else:
                track.see(pose, now, is_alone=not is_near)
            followed.append(track)
        self._tracks, self._lost = followed, others

    def _search(self, image: Image, now: float) -> None:
        """Find hands besides the followed ones and follow them, too."""
        known = [track.pose for track in self._tracks]
        found = [h for h in self._estimator.find(image, known) if _is_inside(h, image)]
        lost = self._lost_hands(found, now)
        for pose, track in zip(found, lost, strict=True):
            if not self._make_room(pose):
                continue
            if track is None:
                track = HandTrack(self._next_id, pose, now, self._smoothing).start()
                self._next_id += 1
            else:
                self._lost.remove(track)
                track.return_as(pose, now)
            self._tracks.append(track)

    def _lost_hands(self, found: list[HandPose], now: float) -> list[HandTrack | None]:
        """Return for each hand that was found the lost one that it is, if any."""
        costs = np.array(
            [
                [
                    max(track.cost(pose, now) - _DRIFT * (now - track.seconds), 0.0)
                    for track in self._lost
                ]
                for pose in found
            ]
        ).reshape(len(found), len(self._lost))
        chosen = assign(costs, _MOST_UNLIKE)
        return [None if i is None else self._lost[i] for i in chosen]

    def _make_room(self, pose: HandPose) -> bool:
        """Tell whether there is a place for a new hand, freeing one if it is better."""
        if len(self._tracks) < self._max_hands:
            return True
        worst = min(self._tracks, key=lambda track: track.pose.score)
        if pose.score < worst.pose.score + _TAKEOVER:
            return False
        self._tracks.remove(worst)
        return True


def _distribute(
    tracks: list[HandTrack],
    looks: list[HandPose | None],
    num_followed: int,
    now: float,
) -> list[HandPose | None]:
    """Return each track's pose of those that were seen; a hand is seen once.

    Args:
        tracks: The followed ones first.
        looks: What was seen where each should be; `None` is nothing.
        num_followed: Of the tracks.
        now: Time of the looks.
    """
    hands = _group(looks)
    costs = np.full((len(tracks), len(hands)), np.inf)
    poses: dict[tuple[int, int], HandPose] = {}
    for row, track in enumerate(tracks):
        for column, hand in enumerate(hands):
            is_own = row in hand
            index = row if is_own else max(hand, key=lambda i: _score(looks[i]))
            pose = looks[index]
            assert pose is not None
            cost = track.cost(pose, now)
            if row >= num_followed and cost > _LEAST_ALIKE:
                continue
            if is_own and row < num_followed:
                cost = min(cost, _MOST_UNLIKE)
            costs[row, column] = cost
            poses[row, column] = pose
    return [
        None if column is None else poses[row, column]
        for row, column in enumerate(assign(costs, _MOST_UNLIKE))
    ]


def _group(looks: list[HandPose | None]) -> list[list[int]]:
    """Return which looks saw one and the same hand."""
    groups: list[list[int]] = []
    for index, pose in enumerate(looks):
        if pose is None:
            continue
        for group in groups:
            first = looks[group[0]]
            if first is not None and is_same_hand(first, pose):
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def _score(pose: HandPose | None) -> float:
    return 0.0 if pose is None else pose.score


def _is_near(pose: HandPose, others: Sequence[HandPose]) -> bool:
    """Tell whether another hand is so near that both may be mixed up."""
    for other in others:
        apart = np.abs(box_center(pose.box) - box_center(other.box))
        if (apart < _NEAR_SCALE * (pose.box[2:] + other.box[2:]) / 2).all():
            return True
    return False


def _is_inside(pose: HandPose, image: Image) -> bool:
    height, width = image.shape[:2]
    x, y = box_center(pose.box)
    return bool(0 <= x < width and 0 <= y < height)
