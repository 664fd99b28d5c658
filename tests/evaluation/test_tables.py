"""Tables: every figure beside its normaliser, nothing mixed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from made_hands import MakeRecord, PredictNear

from handypose_tf.data import Record
from handypose_tf.evaluation import (
    compare,
    evaluate,
    joint_table,
    score_table,
)
from handypose_tf.evaluation.tables import heading


def test_a_table_names_the_normaliser_in_every_row(
    hands: list[Record], predict_near: PredictNear
) -> None:
    a = evaluate(hands, predict_near(4.0, 0), "agmn", name="a", crop="2.2 x box")
    b = evaluate(hands, predict_near(9.0, 1), "agmn", name="b", crop="1.5 x box")
    lines = score_table([a, b], [compare(a, b)]).splitlines()
    assert re.fullmatch(r" +a +b +b - a", lines[0])
    assert re.fullmatch(r"crop +2\.2 x box +1\.5 x box", lines[1])
    rows = [line for line in lines[2:] if "px" not in line]
    assert len(rows) == 7
    assert all(row.startswith("pck_crop") for row in rows)
    score = a.scores["pck_crop@0.02"]
    text = f"{100 * score.value:.1f} [{100 * score.low:.1f}, {100 * score.high:.1f}]"
    assert text in next(row for row in rows if row.startswith("pck_crop@0.02, %"))
    assert lines[-2].startswith("AUC, 20 thresholds 0 to 30 px")
    assert re.search(r"EPE, original px .* \+\d+\.\d \[\+", lines[-1])


def test_protocols_do_not_share_a_table(
    hands: list[Record], predict_near: PredictNear
) -> None:
    both = [evaluate(hands, predict_near(4.0, 0), name) for name in ("agmn", "nsrm")]
    with pytest.raises(ValueError, match="one protocol"):
        score_table(both)
    with pytest.raises(ValueError, match="at least one"):
        score_table([])


def test_the_heading_says_what_was_measured(
    hands: list[Record], predict_near: PredictNear
) -> None:
    result = evaluate(hands, predict_near(4.0, 0), "mmpose")
    text = heading(result)
    points = int(sum(np.count_nonzero(record.visibility) for record in hands))
    assert f"30 hands, {points} visible points" in text
    assert "pck_annotation_box divides by the longer side of the annotation's" in text
    assert "averaged per joint, then over joints" in text


def test_points_not_found_are_shown(
    hands: list[Record], predict_near: PredictNear
) -> None:
    points = predict_near(4.0, 0)
    points[:2] = np.nan
    result = evaluate(hands, points, "pckh")
    text = score_table([result])
    count = sum(np.count_nonzero(record.visibility) for record in hands[:2])
    assert re.search(rf"points not found .* {count}\n", text)
    assert "EPE, original px of those found" in text
    assert "mean" not in text


def test_joints_by_finger(hands: list[Record], predict_near: PredictNear) -> None:
    result = evaluate(hands, predict_near(4.0, 0), "nsrm", name="a")
    share, distance = joint_table(result).split("\n\n")
    assert share.startswith("a: pck_box mean of 0.04 to 0.12, %\n")
    assert distance.startswith("a: EPE, original px\n")
    names = [line.split()[0] for line in share.splitlines()[2:]]
    assert names == ["thumb", "index", "middle", "ring", "little", "wrist"]
    tip = result.joint_scores()["index_4"]["epe"]
    assert distance.splitlines()[3].split()[4] == f"{tip:.1f}"


def test_other_points_are_listed_by_name(make_record: MakeRecord) -> None:
    record = make_record([[0, 0], [9, 9]], [1, 0])
    names = ("nose", "tail")
    result = evaluate([record], [[[0, 0], [0, 0]]], "mmpose", keypoint_names=names)
    assert joint_table(result).splitlines()[1:3] == ["nose  100.0", "tail      -"]
