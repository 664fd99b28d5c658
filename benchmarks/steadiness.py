"""How steady keypoints are, and how far they run behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Lags that are tried, seconds.
_LAGS = np.arange(-0.05, 0.4, 0.002)


def hand_sizes(truth: NDArray) -> NDArray:
    """Return the longer side of each frame's tight box, `(num_frames,)` pixels."""
    return (truth.max(axis=1) - truth.min(axis=1)).max(axis=1)


def jitter(points: NDArray, truth: NDArray, fps: float) -> float:
    """Return the mean acceleration that is not the hand's, hand sizes / s^2.

    Args:
        points: `(num_frames, 21, 2)`; frames with NaN are left out.
        truth: Of the same shape.
        fps: Frames a second.
    """
    error = (points - truth) / hand_sizes(truth)[:, None, None]
    second = np.diff(error, n=2, axis=0) * fps**2
    return float(np.nanmean(np.linalg.norm(second, axis=2)))


def lag(points: NDArray, truth: NDArray, fps: float) -> float:
    """Return by how much the points run behind a moving hand, milliseconds.

    The shift in time at which truth, less each joint's mean error, fits best.

    Args:
        points: `(num_frames, 21, 2)`; frames with NaN are left out.
        truth: Of the same shape.
        fps: Frames a second.
    """
    times = np.arange(len(truth)) / fps
    inner = (times > _LAGS.max()) & (times < times.max() + _LAGS.min())
    errors = []
    for shift in _LAGS:
        moved = _at(truth, times - shift, times)
        difference = (points - moved)[inner]
        difference = difference - np.nanmean(difference, axis=0)
        errors.append(np.nanmean(np.linalg.norm(difference, axis=2)))
    return float(1000 * _LAGS[int(np.argmin(errors))])


def pck(points: NDArray, truth: NDArray, share: float = 0.2) -> float:
    """Return the share of points within `share` x the box; none found is a miss."""
    distance = np.linalg.norm(points - truth, axis=2)
    limit = share * hand_sizes(truth)[:, None]
    return float((np.nan_to_num(distance, nan=np.inf) < limit).mean())


def mean_error(points: NDArray, truth: NDArray) -> float:
    """Return the mean distance in hand sizes, of the frames with a hand."""
    distance = np.linalg.norm(points - truth, axis=2) / hand_sizes(truth)[:, None]
    return float(np.nanmean(distance))


def _at(values: NDArray, wanted: NDArray, times: NDArray) -> NDArray:
    """Interpolate `(num_frames, 21, 2)` in time."""
    flat = values.reshape(len(values), -1)
    columns = [np.interp(wanted, times, column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(values.shape)
