"""One hand of a video: where it was, where it should be now, what is likely it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from handypose_tf.geometry import FloatArray, tight_box
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.video.one_euro import OneEuro, OneEuroFilter
from handypose_tf.inference.video.side_filter import SideFilter

#: Seconds over which a hand's speed is averaged.
_SPEED_SECONDS = 0.1

#: A hand that is not seen is thought to move on for this many seconds.
_MOST_COAST = 0.5

#: Being surely the other hand counts as much as this many hand sizes of distance.
_SIDE_WEIGHT = 0.6

#: A step in time that does not advance counts as this many seconds.
_LEAST_STEP = 1e-3

#: The filter takes no hand for smaller than 1: metres are smoothed as millimetres.
_MILLIMETRES = 1000


@dataclass(eq=False)
class HandTrack:
    """A hand that is followed, or was until lately.

    Attributes:
        id: Its number.
        pose: The last one that was seen, not smoothed.
        seconds: When that was.
        smoothing: Of the keypoints that are returned; `None` for none.
        hidden_until: When it was last behind another hand.
    """

    id: int
    pose: HandPose
    seconds: float
    smoothing: OneEuro | None
    hidden_until: float = -math.inf
    _velocity: FloatArray = field(default_factory=lambda: np.zeros(2))
    _side: SideFilter = field(default_factory=SideFilter)
    _filter: OneEuroFilter | None = None
    _space_filter: OneEuroFilter | None = None

    def see(self, pose: HandPose, seconds: float, *, is_alone: bool) -> None:
        """Take the pose of the next frame.

        Args:
            pose: Of this hand.
            seconds: Time of the frame.
            is_alone: Whether no other hand is so near that it may have been mixed in:
                else speed and side stay as they are.
        """
        step = max(seconds - self.seconds, _LEAST_STEP)
        if is_alone:
            moved = pose.keypoints.mean(axis=0) - self.pose.keypoints.mean(axis=0)
            share = 1 - np.exp(-step / _SPEED_SECONDS)
            self._velocity = self._velocity + share * (moved / step - self._velocity)
            self._take_side(pose)
        self.pose, self.seconds = pose, seconds

    def return_as(self, pose: HandPose, seconds: float) -> None:
        """Take the pose of a hand that was lost; smoothing starts anew."""
        self.pose, self.seconds = pose, seconds
        self._filter = self._space_filter = None

    def start(self) -> HandTrack:
        """Take the side of the first pose."""
        self._take_side(self.pose)
        return self

    def expected(self, seconds: float) -> HandPose:
        """Return the last pose, moved on as fast as the hand was."""
        step = min(seconds - self.seconds, _MOST_COAST) * self._velocity
        box = np.concatenate([self.pose.box[:2] + step, self.pose.box[2:]])
        return replace(self.pose, keypoints=self.pose.keypoints + step, box=box)

    def cost(self, pose: HandPose, seconds: float) -> float:
        """Return how unlike this hand a pose is, in hand sizes.

        The mean distance of its keypoints from where they should be (by shape, place
        and motion), and more where it is the other hand of the two.
        """
        return pose_distance(self.expected(seconds), pose) + self._side_cost(pose)

    def result(self) -> HandPose:
        """Return what the caller is given: smoothed, with id and side."""
        pose = replace(self.pose, id=self.id)
        if pose.left_score is not None and self._side.chance is not None:
            pose = pose.with_side(self._side.chance)
        if self.smoothing is None:
            return pose
        self._filter = self._filter or OneEuroFilter(self.smoothing)
        size = float(pose.box[2:].max())
        keypoints = self._filter(pose.keypoints, size, self.seconds)
        box = tight_box(keypoints)
        return replace(pose, keypoints=keypoints, box=box, keypoints_3d=self._space())

    def _space(self) -> FloatArray | None:
        """Return the last pose's points in metres, smoothed as millimetres."""
        points = self.pose.keypoints_3d
        if points is None:
            return None
        self._space_filter = self._space_filter or OneEuroFilter(self.smoothing)
        points = points * _MILLIMETRES
        size = float(np.ptp(points, axis=0).max())
        return self._space_filter(points, size, self.seconds) / _MILLIMETRES

    def _take_side(self, pose: HandPose) -> None:
        if pose.left_score is not None:
            self._side(pose.left_score)

    def _side_cost(self, pose: HandPose) -> float:
        own, other = self._side.chance, pose.left_score
        if own is None or other is None:
            return 0.0
        differs = own * (1 - other) + other * (1 - own)
        return _SIDE_WEIGHT * max(2 * differs - 1, 0.0)


def pose_distance(one: HandPose, other: HandPose) -> float:
    """Return the mean distance of two poses' keypoints, in sizes of the hands.

    The size is the geometric mean of both.
    """
    distance = np.linalg.norm(one.keypoints - other.keypoints, axis=1).mean()
    size = np.sqrt(float(one.box[2:].max()) * float(other.box[2:].max()))
    return float(distance) / max(size, 1.0)
