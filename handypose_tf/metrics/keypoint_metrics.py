"""PCK, EPE and AUC of keypoints in plain numpy; what every table is computed with.

Each metric is a mean over points of something that depends on the point's distance to
the truth alone. Points with visibility 0 are masked. A predicted point that is NaN is
one that was not found: it counts as wrong in PCK and AUC, and EPE leaves it out.

Published figures differ in what a distance is divided by (`NORMALIZERS`) and in the
order of averaging (`AVERAGES`); a figure means nothing without both.

References:
    Simon et al., "Hand keypoint detection in single images using multiview
    bootstrapping", CVPR 2017. Zimmermann and Brox, "Learning to estimate 3D hand pose
    from single RGB images", ICCV 2017.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.checks import check_choice
from handypose_tf.geometry import CMU_CROP_SCALE, FloatArray

#: What a distance is divided by, and how a table's columns are called for it.
NORMALIZERS = {
    "box": "pck_box",
    "crop": "pck_crop",
    "annotation": "pck_annotation_box",
    "head": "pckh",
}

#: `"points"` pools all visible points; `"joints"` averages each joint over the hands
#: first, then the joints.
AVERAGES = ("points", "joints")

#: The field's thresholds of AUC, pixels: 20 from 0 to 30.
AUC_THRESHOLDS = tuple(np.linspace(0.0, 30.0, 20).tolist())


def point_distances(predicted: ArrayLike, keypoints: ArrayLike) -> FloatArray:
    """Return the distance of every point to its truth, `(..., num_keypoints)` float64.

    Args:
        predicted: `(..., num_keypoints, 2)`, pixels; NaN where nothing was found.
        keypoints: `(..., num_keypoints, 2)`, pixels of the same picture.

    Raises:
        ValueError: If the shapes differ or are not those of points.
    """
    found = np.asarray(predicted, np.float64)
    truth = np.asarray(keypoints, np.float64)
    if found.shape != truth.shape or truth.shape[-1:] != (2,):
        raise ValueError(
            "`predicted` and `keypoints` must both be (..., num_keypoints, 2). "
            f"Received: {found.shape} and {truth.shape}"
        )
    return np.linalg.norm(found - truth, axis=-1)


def box_sizes(keypoints: ArrayLike, visibility: ArrayLike) -> FloatArray:
    """Return the longer side of each hand's tight box of visible points.

    Args:
        keypoints: `(num_hands, num_keypoints, 2)`, pixels.
        visibility: `(num_hands, num_keypoints)`; points at 0 are left out.

    Returns:
        `(num_hands,)` float64, pixels; 0 where no point is visible.
    """
    points = np.asarray(keypoints, np.float64)
    mask = np.asarray(visibility)[..., None] > 0
    low = np.where(mask, points, np.inf).min(axis=-2)
    high = np.where(mask, points, -np.inf).max(axis=-2)
    return np.maximum((high - low).max(axis=-1), 0.0)


def reference_sizes(
    normalizer: str,
    keypoints: ArrayLike,
    *,
    visibility: ArrayLike,
    boxes: ArrayLike | None = None,
    head_sizes: ArrayLike | None = None,
) -> FloatArray:
    """Return what each hand's distances are divided by, `(num_hands,)`, pixels.

    Args:
        normalizer: `"box"`: B, the longer side of the tight box of the visible points.
            `"crop"`: 2.2 B, the side of the CMU crop. `"annotation"`: the longer side
            of the annotation's own box. `"head"`: the annotated head size.
        keypoints: `(num_hands, num_keypoints, 2)`, pixels.
        visibility: `(num_hands, num_keypoints)`.
        boxes: `(num_hands, 4)`, x, y, width, height; for `"annotation"`.
        head_sizes: `(num_hands,)`, 0 unknown; for `"head"`.

    Raises:
        ValueError: If the normaliser is unknown or what it needs is not given.
    """
    check_choice("normalizer", normalizer, NORMALIZERS)
    if normalizer == "annotation":
        return _given("boxes", boxes)[:, 2:].max(axis=-1)
    if normalizer == "head":
        return _given("head_sizes", head_sizes)
    scale = CMU_CROP_SCALE if normalizer == "crop" else 1.0
    return scale * box_sizes(keypoints, visibility)


def masked_mean(
    values: ArrayLike,
    mask: ArrayLike,
    average: str = "points",
    weights: ArrayLike | None = None,
) -> FloatArray:
    """Average a value of each point over hands, all points at once or joint by joint.

    Args:
        values: `(num_hands, num_keypoints)`.
        mask: `(num_hands, num_keypoints)` bool; what counts.
        average: One of `AVERAGES`.
        weights: `(..., num_hands)`: how often each hand counts, for resampling; once
            if `None`.

    Returns:
        `weights.shape[:-1]` float64; NaN where nothing counts.
    """
    check_choice("average", average, AVERAGES)
    mask = np.asarray(mask, bool)
    weights = np.ones(len(mask)) if weights is None else np.asarray(weights, np.float64)
    total = np.where(mask, values, 0.0).astype(np.float64)
    count = mask.astype(np.float64)
    if average == "points":
        return _ratio(weights @ total.sum(axis=1), weights @ count.sum(axis=1))
    joints = _ratio(weights @ total, weights @ count)
    present = np.isfinite(joints)
    return _ratio(np.where(present, joints, 0.0).sum(axis=-1), present.sum(axis=-1))


def pck(
    distances: ArrayLike,
    visibility: ArrayLike,
    *,
    sizes: ArrayLike,
    thresholds: Sequence[float],
    average: str = "points",
) -> FloatArray:
    """Return the share of points nearer than `threshold * size` to their truth.

    Args:
        distances: `(num_hands, num_keypoints)`, pixels.
        visibility: `(num_hands, num_keypoints)`; points at 0 are masked.
        sizes: `(num_hands,)`, pixels, of `reference_sizes`; a hand whose size is 0 has
            no scale to be measured by and is masked.
        thresholds: Fractions of the size; a distance equal to one is wrong.
        average: One of `AVERAGES`.

    Returns:
        `(num_thresholds,)` float64 in 0..1; NaN where no point counts.
    """
    size = np.asarray(sizes, np.float64)[:, None]
    mask = (np.asarray(visibility) > 0) & (size > 0)
    hits = [np.asarray(distances) < threshold * size for threshold in thresholds]
    return np.array([masked_mean(hit, mask, average) for hit in hits])


def epe(
    distances: ArrayLike, visibility: ArrayLike, average: str = "points"
) -> FloatArray:
    """Return the mean distance in pixels of the visible points that were found."""
    mask = (np.asarray(visibility) > 0) & np.isfinite(distances)
    return masked_mean(distances, mask, average)


def auc(
    distances: ArrayLike,
    visibility: ArrayLike,
    *,
    thresholds: Sequence[float] = AUC_THRESHOLDS,
    average: str = "points",
) -> FloatArray:
    """Return the mean PCK over thresholds in pixels, 0..1."""
    mask = np.asarray(visibility) > 0
    return masked_mean(threshold_share(distances, thresholds), mask, average)


def threshold_share(distances: ArrayLike, thresholds: Sequence[float]) -> FloatArray:
    """Return, for each distance, the share of the thresholds that it is below."""
    return np.mean([np.asarray(distances) < value for value in thresholds], axis=0)


def _given(name: str, value: ArrayLike | None) -> FloatArray:
    if value is None:
        raise ValueError(f"`{name}` must be given for this normaliser. Received: None")
    return np.asarray(value, np.float64)


def _ratio(total: ArrayLike, count: ArrayLike) -> FloatArray:
    """Divide; nothing over nothing is NaN, without a warning."""
    total, count = np.asarray(total, np.float64), np.asarray(count, np.float64)
    return np.where(count > 0, total / np.where(count > 0, count, 1.0), np.nan)
