"""From the raw outputs of MediaPipe's palm detector to palms.

A single-shot detector with one anchor shape: at each anchor it gives a score, a box and
seven points of the palm. Everything here is in 0..1 of the detector's square input.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020. Bazarevsky
    et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019
    (anchors and the weighted suppression).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.geometry import FloatArray, box_overlaps
from handypose_tf.palm import NUM_PALM_POINTS, anchors
from handypose_tf.weights.mediapipe_files import PALM_SIZE

#: Detections that overlap more than this are one palm.
MIN_OVERLAP = 0.3


class Palms(NamedTuple):
    """Detected palms, the best first.

    Attributes:
        boxes: `(num_palms, 4)`, x, y, width, height; x, y the upper left corner.
        points: `(num_palms, 7, 2)`.
        scores: `(num_palms,)`, 0..1.
    """

    boxes: FloatArray
    points: FloatArray
    scores: FloatArray


def decode_palms(raw: ArrayLike, logits: ArrayLike, min_score: float) -> Palms:
    """Turn the network's outputs into palms, overlapping ones not yet joined.

    Args:
        raw: `(2016, 18)`: offset of the centre and size of the box, offsets of the
            seven points, in pixels of the input.
        logits: `(2016, 1)`.
        min_score: What is below is left out.
    """
    clipped = np.clip(np.asarray(logits, np.float64).ravel(), -100, 100)
    scores = 1 / (1 + np.exp(-clipped))
    chosen = np.flatnonzero(scores >= min_score)
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
    pairs = np.asarray(raw, np.float64)[chosen].reshape(-1, NUM_PALM_POINTS + 2, 2)
    origin = anchors(PALM_SIZE, PALM_SIZE)[chosen]
    center, size = pairs[:, 0] + origin, pairs[:, 1]
    boxes = np.concatenate([center - size / 2, size], axis=1)
    points = pairs[:, 2:] + origin[:, None]
    return Palms(boxes / PALM_SIZE, points / PALM_SIZE, scores[chosen])


def join_overlapping(palms: Palms) -> Palms:
    """Join detections of one palm: boxes and points are averaged, weighted by score.

    Palms and result have the best first.
    """
    joined: list[tuple[FloatArray, FloatArray, float]] = []
    left = np.arange(len(palms.scores))
    while len(left):
        best = left[0]
        same = box_overlaps(palms.boxes[best], palms.boxes[left]) > MIN_OVERLAP
        same[0] = True
        group, left = left[same], left[~same]
        weights = palms.scores[group] / palms.scores[group].sum()
        box = weights @ palms.boxes[group]
        points = np.tensordot(weights, palms.points[group], axes=1)
        joined.append((box, points, float(palms.scores[best])))
    return Palms(
        np.array([box for box, _, _ in joined]).reshape(-1, 4),
        np.array([points for _, points, _ in joined]).reshape(-1, NUM_PALM_POINTS, 2),
        np.array([score for _, _, score in joined]),
    )
