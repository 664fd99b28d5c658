from __future__ import annotations

import numpy as np

from handypose_tf.labelling.palm_detection import (
    Palms,
    decode_palms,
    join_overlapping,
)
from handypose_tf.palm import anchors


def test_anchors_are_two_grids_of_cell_centres() -> None:
    centers = anchors(192, 192) / 192
    assert centers.shape == (2016, 2)
    np.testing.assert_allclose(centers[:3] * 24, [[0.5, 0.5], [0.5, 0.5], [1.5, 0.5]])
    np.testing.assert_allclose(centers[48] * 24, [0.5, 1.5])
    np.testing.assert_allclose(centers[1152:1159] * 12, [[0.5, 0.5]] * 6 + [[1.5, 0.5]])
    np.testing.assert_allclose(centers[-1] * 12, [11.5, 11.5])


def test_decoding_adds_the_anchor_and_leaves_out_low_scores() -> None:
    raw, logits = np.zeros((2016, 18)), np.full((2016, 1), -50.0)
    raw[2] = [19.2, -9.6, 96, 48, *range(0, 14)]
    logits[2], logits[7] = 0.0, -0.1
    palms = decode_palms(raw, logits, min_score=0.5)
    np.testing.assert_allclose(palms.scores, [0.5])
    center = np.array([1.5 / 24 + 0.1, 0.5 / 24 - 0.05])
    np.testing.assert_allclose(palms.boxes[0], [*(center - [0.25, 0.125]), 0.5, 0.25])
    first = [1.5 / 24, 0.5 / 24 + 1 / 192]
    np.testing.assert_allclose(palms.points[0, 0], first)
    np.testing.assert_allclose(palms.points[0, 6], np.add(first, [12 / 192, 12 / 192]))


def test_decoding_sorts_by_score_and_survives_extreme_logits() -> None:
    logits = np.full((2016, 1), -1e6)
    logits[[5, 9, 30], 0] = 1.0, 1e6, 2.0
    palms = decode_palms(np.zeros((2016, 18)), logits, min_score=0.1)
    np.testing.assert_allclose(palms.scores, [1, 0.880797, 0.731059], atol=1e-6)


def test_overlapping_palms_become_their_weighted_mean() -> None:
    boxes = np.array([[0, 0, 1, 1], [0.1, 0, 1, 1], [3, 3, 1, 1]], float)
    points = np.arange(3 * 14, dtype=float).reshape(3, 7, 2)
    palms = join_overlapping(Palms(boxes, points, np.array([0.9, 0.3, 0.6])))
    np.testing.assert_allclose(palms.scores, [0.9, 0.6])
    np.testing.assert_allclose(palms.boxes, [[0.025, 0, 1, 1], [3, 3, 1, 1]])
    np.testing.assert_allclose(palms.points[0], points[0] + 14 / 4)
    np.testing.assert_allclose(palms.points[1], points[2])


def test_no_palm_is_no_palm() -> None:
    raw, logits = np.zeros((2016, 18)), np.full((2016, 1), -9.0)
    palms = join_overlapping(decode_palms(raw, logits, 0.5))
    shapes = [part.shape for part in palms]
    assert shapes == [(0, 4), (0, 7, 2), (0,)]
