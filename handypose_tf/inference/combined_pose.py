"""Several looks at one hand, combined into one pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from handypose_tf.geometry import FloatArray, tight_box
from handypose_tf.inference.hand_pose import HandPose

#: A look counts by this power of its keypoints' mean score.
_SURENESS = 4

#: A keypoint of a look is left out if it is farther from the surest look's, over the
#: longer side of the hand's box. Measured (30 November 2026) on 129 held-out hands in
#: photos of people and 273 and 328 rendered ones: pck_box@0.1 70.0, 68.8 and 65.1 %;
#: with .2 as the limit 69.1, 68.9 and 65.2, without one 69.7, 67.4 and 63.6.
_SAME_PLACE = 0.3

#: Least weight of a keypoint, and least distance of a chance from 0 and 1.
_LEAST = 1e-6


def combined_pose(looks: Sequence[HandPose], *, tell_presence: bool) -> HandPose:
    """Return the pose that several looks at one hand amount to.

    Keypoints are the means of the looks', weighted by their scores and how sure the
    looks are; the scores of the keypoints stay those of the surest look. Chances are
    means, too, as logits.

    Args:
        looks: One at least, the first look first.
        tell_presence: Whether the looks' score is the chance of a hand; else that of
            the surest look stays.
    """
    sureness = np.array([look.points_score for look in looks])
    last_best = len(looks) - 1 - int(np.argmax(sureness[::-1]))
    surest = looks[last_best]
    if len(looks) == 1:
        return surest
    share = np.maximum(sureness, _LEAST) ** _SURENESS
    found = np.stack([look.keypoints for look in looks])
    keypoints = _mean_points(found, looks, share, surest)
    pose = replace(surest, keypoints=keypoints, box=tight_box(keypoints))
    space = [look.keypoints_3d for look in looks if look.keypoints_3d is not None]
    if len(space) == len(looks):
        mean = np.tensordot(share / share.sum(), np.stack(space), 1)
        pose = replace(pose, keypoints_3d=mean)
    if tell_presence:
        pose = replace(pose, score=_mean_chance([look.score for look in looks]))
    lefts = [look.left_score for look in looks if look.left_score is not None]
    return pose.with_side(_mean_chance(lefts)) if lefts else pose


def _mean_points(
    found: FloatArray,
    looks: Sequence[HandPose],
    share: FloatArray,
    surest: HandPose,
) -> FloatArray:
    """Return `(num_keypoints, 2)`; `found` is `(num_looks, num_keypoints, 2)`."""
    scores = np.stack([look.scores for look in looks])
    apart = np.linalg.norm(found - surest.keypoints, axis=-1)
    near = apart <= _SAME_PLACE * surest.box[2:].max()
    weights = np.maximum(scores, _LEAST) * near * share[:, None]
    means: FloatArray = (found * weights[..., None]).sum(0) / weights.sum(0)[:, None]
    return means


def _mean_chance(chances: Sequence[float]) -> float:
    """Return the chance whose logit is the mean of the chances' logits."""
    p = np.clip(np.asarray(chances, np.float64), _LEAST, 1 - _LEAST)
    return float(1 / (1 + np.exp(-np.log(p / (1 - p)).mean())))
