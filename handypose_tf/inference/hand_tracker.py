"""Following hands through a video, one frame at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from handypose_tf.geometry import box_center, tight_box
from handypose_tf.images import Image, check_image
from handypose_tf.inference.estimator import HandPoseEstimator
from handypose_tf.inference.hand_overlap import drop_duplicates
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.one_euro import OneEuro, OneEuroFilter
from handypose_tf.inference.side_filter import SideFilter
from handypose_tf.inference.thresholds import KEEP_SCORE

#: With all places taken, a new hand takes the place of a followed one only if its score
#: is higher by this much.
_TAKEOVER = 0.2

#: A new hand is a lost one come back if it is nearer than this many hand sizes.
_SAME_PLACE = 1.0

#: Frames a second where the caller tells no times.
_FRAME_RATE = 30.0

_DEFAULT_SMOOTHING = OneEuro()


@dataclass(eq=False)
class _Track:
    """A hand that is followed, or was until lately."""

    id: int
    pose: HandPose
    filter: OneEuroFilter | None
    lost_since: int = 0
    side: SideFilter = field(default_factory=SideFilter)


class HandTracker:
    """Follows hands through a video: each is cut out around its last pose.

    The whole picture is searched where no hand is followed or one was just lost, and
    on every `every`-th frame. A hand keeps its id; one that comes back within
    `patience` frames near its last place has its id again. Where the model tells the
    side of a hand, it is the running mean of its frames.

    Args:
        estimator: Finds hands and their keypoints; by default that of the shipped
            models, whose detector looks at the whole frame alone (`levels=1`). Its
            `min_score` is what a new hand needs, its `turn` says whether crops show the
            hands upright, its `mirrored` whether frames are mirrored. A look at one
            frame costs one run of the model a hand, and the search on top where it is
            due.
        max_hands: Most hands to follow.
        every: Frames between two searches for further hands.
        keep_score: A followed hand whose mean keypoint score is lower is lost.
        patience: Frames for which the id of a lost hand is remembered.
        smoothing: Of the keypoints that are returned; `None` for none. Crops follow
            the unsmoothed ones.

    Example:
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
        keep_score: float = KEEP_SCORE,
        patience: int = 15,
        smoothing: OneEuro | None = _DEFAULT_SMOOTHING,
    ) -> None:
        for name, value in (("max_hands", max_hands), ("every", every)):
            if value < 1:
                raise ValueError(f"`{name}` must be 1 or more. Received: {value}")
        self._estimator = estimator or HandPoseEstimator(levels=1)
        self._max_hands = max_hands
        self._every = every
        self._keep_score = keep_score
        self._patience = patience
        self._smoothing = smoothing
        self.reset()

    def reset(self) -> None:
        """Forget all hands, as between two videos; ids start at 1 again."""
        self._tracks: list[_Track] = []
        self._lost: list[_Track] = []
        self._next_id = 1
        self._frame = -1
        self._seconds = -1 / _FRAME_RATE

    def update(self, image: Image, seconds: float | None = None) -> list[HandPose]:
        """Find the hands of the next frame.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            seconds: Time of the frame; by default 1/30 s after the one before.

        Returns:
            The hands with their ids, the longest followed first.

        Raises:
            ValueError: If the image has a wrong type or shape.
        """
        check_image(image)
        self._frame += 1
        self._seconds = self._seconds + 1 / _FRAME_RATE if seconds is None else seconds
        num_before = len(self._tracks)
        self._follow(image)
        was_lost = len(self._tracks) < num_before
        if not self._tracks or was_lost or self._frame % self._every == 0:
            self._search(image)
        self._lost = [
            track
            for track in self._lost
            if self._frame - track.lost_since <= self._patience
        ]
        return [self._result(track) for track in self._tracks]

    def _follow(self, image: Image) -> None:
        """Look for each hand around its last pose; lose those that are not there."""
        regions = [self._estimator.next_region(track.pose) for track in self._tracks]
        poses = self._estimator.predict_regions(image, regions)
        kept: list[_Track] = []
        for track, pose in zip(self._tracks, poses, strict=True):
            if pose.score < self._keep_score or not _is_inside(pose, image):
                track.lost_since = self._frame
                self._lost.append(track)
            elif drop_duplicates([pose], known=[other.pose for other in kept]):
                track.pose = pose
                kept.append(track)
        self._tracks = kept

    def _search(self, image: Image) -> None:
        """Find hands besides the followed ones and follow them, too."""
        known = [track.pose for track in self._tracks]
        for pose in self._estimator.find(image, known):
            if not _is_inside(pose, image) or not self._make_room(pose):
                continue
            self._tracks.append(self._returned(pose) or self._new(pose))

    def _make_room(self, pose: HandPose) -> bool:
        """Tell whether there is a place for a new hand, freeing one if it is better."""
        if len(self._tracks) < self._max_hands:
            return True
        worst = min(self._tracks, key=lambda track: track.pose.score)
        if pose.score < worst.pose.score + _TAKEOVER:
            return False
        self._tracks.remove(worst)
        return True

    def _returned(self, pose: HandPose) -> _Track | None:
        """Return the lost hand that this is, if any."""
        distances = [_distance(track.pose, pose) for track in self._lost]
        if min(distances, default=_SAME_PLACE) >= _SAME_PLACE:
            return None
        track = self._lost.pop(int(np.argmin(distances)))
        return replace(track, pose=pose, filter=self._filter())

    def _new(self, pose: HandPose) -> _Track:
        track = _Track(self._next_id, pose, self._filter())
        self._next_id += 1
        return track

    def _filter(self) -> OneEuroFilter | None:
        return OneEuroFilter(self._smoothing) if self._smoothing else None

    def _result(self, track: _Track) -> HandPose:
        pose = replace(track.pose, id=track.id)
        if pose.left_score is not None:
            pose = pose.with_side(track.side(pose.left_score))
        if track.filter is None:
            return pose
        size = float(pose.box[2:].max())
        keypoints = track.filter(pose.keypoints, size, self._seconds)
        return replace(pose, keypoints=keypoints, box=tight_box(keypoints))


def _is_inside(pose: HandPose, image: Image) -> bool:
    height, width = image.shape[:2]
    x, y = box_center(pose.box)
    return bool(0 <= x < width and 0 <= y < height)


def _distance(one: HandPose, other: HandPose) -> float:
    """Return the distance of two hands' boxes in sizes of the larger one."""
    size = max(float(one.box[2:].max()), float(other.box[2:].max()), 1.0)
    return float(np.linalg.norm(box_center(one.box) - box_center(other.box))) / size
