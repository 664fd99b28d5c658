"""The contact sheet of the worst hands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from made_hands import PredictNear

from handypose_tf.data import Record
from handypose_tf.evaluation import evaluate, worst_sheet
from handypose_tf.hand import BONES


def test_the_worst_come_first(hands: list[Record], predict_near: PredictNear) -> None:
    points = predict_near(1.0, 0)
    points[4] += 40
    points[9] += 20
    points[17] = np.nan
    result = evaluate(hands, points, "nsrm")
    assert result.errors.worst(3) == [17, 4, 9]
    sheet = worst_sheet(result, hands, points, BONES, count=4)
    # Four pairs, six tiles of 256 in a row.
    assert sheet.dtype == np.uint8
    assert sheet.shape[1] == 6 * 256
    assert sheet.shape[0] > 2 * 256
    label, predicted = sheet[:256, 512:768], sheet[:256, 768:1024]
    assert (label != predicted).any()


def test_points_of_one_s_own_have_bones_of_their_own(hands: list[Record]) -> None:
    own = [
        replace(h, keypoints=h.keypoints[:5], visibility=h.visibility[:5])
        for h in hands
    ]
    points = np.stack([record.keypoints for record in own])
    result = evaluate(own, points, "nsrm", keypoint_names=tuple("abcde"))
    assert worst_sheet(result, own, points, [(0, 4)], count=1).shape[1] == 2 * 256
