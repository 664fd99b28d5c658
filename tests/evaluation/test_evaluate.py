"""Evaluation: worked by hand, against the numpy metrics, and compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_hands import MakeRecord, PredictNear

from handypose_tf.data import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation import (
    compare,
    evaluate,
    get_protocol,
    select_hands,
    summarize,
)
from handypose_tf.metrics import pck, point_distances


@pytest.fixture
def two_hands(make_record: MakeRecord) -> list[Record]:
    """Return two hands of three points: B = 40 and 20; boxes 50 and 100."""
    return [
        make_record(
            [[0, 0], [40, 30], [500, 500]],
            [1, 0.04, 0],
            name="a",
            box=(0, 0, 50, 20),
            head_size=70,
        ),
        make_record(
            [[5, 5], [15, 25], [10, 10]], name="b", box=(0, 0, 10, 100), head_size=30
        ),
    ]


#: Distances: 5, 4, masked; 0, 2, 10.
SHIFTS = np.array([[[3, 4], [0, -4], [7, 7]], [[0, 0], [2, 0], [-6, 8]]], float)


def shifted(records: list[Record]) -> np.ndarray:
    """Return the predictions of the cases worked by hand."""
    return np.stack([record.keypoints for record in records]) + SHIFTS


def test_nsrm_by_hand(two_hands: list[Record]) -> None:
    result = evaluate(
        two_hands, shifted(two_hands), "nsrm", keypoint_names=("x", "y", "z")
    )
    scores = {name: score.value for name, score in result.scores.items()}
    # Distance / B: .125, .1, -; 0, .1, .5.
    assert scores["pck_box@0.08"] == pytest.approx(1 / 5)
    assert scores["pck_box@0.12"] == pytest.approx(3 / 5)
    assert scores["pck_box@0.2"] == pytest.approx(4 / 5)
    by_hand = np.array([1, 1, 1, scores["pck_box@0.1"] * 5, 3]) / 5
    assert scores["pck_box@mean"] == pytest.approx(by_hand.mean())
    assert scores["epe"] == pytest.approx((5 + 4 + 0 + 2 + 10) / 5)
    assert (result.num_hands, result.num_points) == (2, 5)


def test_mmpose_averages_joints_first_and_divides_by_the_annotations_box(
    two_hands: list[Record],
) -> None:
    result = evaluate(two_hands, shifted(two_hands), "mmpose")
    # Distance / longer side: .1, .08, -; 0, .02, .1: all hit at .2.
    assert result.scores["pck_annotation_box@0.2"].value == 1
    # AUC: thresholds 0, 1.5 .. 28.5 above 5: 6 .. 28.5 are 16 of 20; 4: 17; 0: 19;
    # 2: 18; 10: 13.
    expected = ((16 + 19) / 2 + (17 + 18) / 2 + 13) / 3 / 20
    assert result.scores["auc"].value == pytest.approx(expected)
    # EPE is pooled in MMPose as well.
    assert result.scores["epe"].value == pytest.approx(21 / 5)


def test_mmpose_and_pooled_figures_differ_where_joints_are_seldom_shown(
    make_record: MakeRecord,
) -> None:
    # Joint 0 is right in 9 hands; joint 1 is shown once and wrong: 9 of 10 points
    # right, but the joints' mean is one half.
    points = np.array([[0, 0], [100, 0]])
    seen = [make_record(points, [1, 0], name=str(i)) for i in range(8)]
    records = [*seen, make_record(points, [1, 1], name="both")]
    predicted = np.stack([points] * 9) + np.array([[0, 0], [0, 60]])
    scores = evaluate(records, predicted, "mmpose").scores
    assert scores["pck_annotation_box@0.2"].value == pytest.approx(0.5)
    (pooled,) = pck(
        point_distances(predicted, np.stack([points] * 9)),
        np.stack([record.visibility for record in records]),
        sizes=np.full(9, 100.0),
        thresholds=(0.2,),
    )
    assert pooled == pytest.approx(9 / 10)


def test_pckh_leaves_out_hands_without_a_head(two_hands: list[Record]) -> None:
    result = evaluate(two_hands, shifted(two_hands) + np.array([30, 0]), "pckh")
    # Distances of a 33.2 and 30.3 < 49; of b 30, 32 and 25.3, none below 21.
    assert result.scores["pckh@0.7"].value == pytest.approx(2 / 5)
    headless = [two_hands[0], Record(**{**fields(two_hands[1]), "head_size": 0.0})]
    result = evaluate(headless, shifted(two_hands) + np.array([30, 0]), "pckh")
    assert result.scores["pckh@0.7"].value == 1
    assert result.num_hands_without_size == 1


def fields(record: Record) -> dict[str, object]:
    """Return a record's values by name."""
    names = ("sample_id", "image_path", "keypoints", "visibility", "box", "head_size")
    return {name: getattr(record, name) for name in names}


def test_pckh_without_any_head_is_an_error(make_record: MakeRecord) -> None:
    with pytest.raises(DataError, match=r"pckh divides by the annotated head size"):
        evaluate([make_record(9 * np.eye(2))], 9 * np.eye(2)[None], "pckh")


def test_points_not_found_are_wrong_and_counted(two_hands: list[Record]) -> None:
    predicted = shifted(two_hands)
    predicted[1] = np.nan
    result = evaluate(two_hands, predicted, "nsrm")
    assert result.scores["pck_box@0.2"].value == pytest.approx(2 / 5)
    assert result.scores["epe"].value == pytest.approx(9 / 2)
    assert result.num_points_not_found == 3
    assert result.errors.worst(2) == [1, 0]


def test_perfect_predictions(hands: list[Record], predict_near: PredictNear) -> None:
    for protocol in ("agmn", "nsrm", "mmpose", "pckh"):
        scores = evaluate(hands, predict_near(0.0, 0), protocol).scores
        for name, score in scores.items():
            # At the threshold of 0 px of AUC no distance is strictly nearer.
            best = {"epe": 0, "auc": 19 / 20}.get(name, 1)
            assert (score.value, score.low, score.high) == pytest.approx((best,) * 3)


def test_joints_and_fingers_add_up(
    hands: list[Record], predict_near: PredictNear
) -> None:
    result = evaluate(hands, predict_near(9.0, 0), "nsrm")
    joints, fingers = result.joint_scores(), result.finger_scores()
    assert list(joints) == list(result.keypoint_names)
    assert list(fingers) == ["wrist", "thumb", "index", "middle", "ring", "little"]
    shown = dict(zip(joints, result.errors.visible.sum(axis=0), strict=True))
    own = [name for name in joints if name.startswith("ring")]
    pooled = sum(joints[name]["epe"] * shown[name] for name in own)
    expected = pooled / sum(shown[name] for name in own)
    assert fingers["ring"]["epe"] == pytest.approx(expected)
    assert joints["wrist"] == fingers["wrist"]


def test_intervals_hold_the_figure_and_follow_the_seed(
    hands: list[Record], predict_near: PredictNear
) -> None:
    first, again, other = (
        evaluate(hands, predict_near(9.0, 0), "nsrm", seed=seed).scores
        for seed in (0, 0, 1)
    )
    assert first == again != other
    for score in first.values():
        assert score.low < score.value < score.high


def test_differences_are_paired(hands: list[Record], predict_near: PredictNear) -> None:
    base = predict_near(9.0, 0)
    truth = np.stack([record.keypoints for record in hands])
    better = truth + 0.9 * (base - truth)
    a, b = evaluate(hands, base, "nsrm"), evaluate(hands, better, "nsrm")
    gain = compare(a, b)["epe"]
    # A tenth of every error: surely better, though the models' own intervals overlap.
    assert gain.value == pytest.approx(-0.1 * a.scores["epe"].value)
    assert gain.high < 0
    assert b.scores["epe"].high > a.scores["epe"].low
    same = compare(a, a)["pck_box@mean"]
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_protocols_and_hands_do_not_mix(
    hands: list[Record], predict_near: PredictNear
) -> None:
    points = predict_near(3.0, 0)
    nsrm, agmn = (evaluate(hands, points, name) for name in ("nsrm", "agmn"))
    with pytest.raises(ValueError, match="figures of two are not comparable"):
        compare(nsrm, agmn)
    fewer = evaluate(hands[1:], points[1:], "nsrm")
    with pytest.raises(ValueError, match="same hands"):
        compare(nsrm, fewer)


def test_selection_by_size_and_points(two_hands: list[Record]) -> None:
    def names(**rule: float) -> list[str]:
        return [record.sample_id for record in select_hands(two_hands, **rule)]

    assert names() == ["a", "b"]
    assert names(min_size=40) == ["a"]
    assert names(min_points=3) == ["b"]
    with pytest.raises(DataError, match="none of 2 hands"):
        select_hands(two_hands, min_size=40.1)


def test_places_without_a_hand_are_not_measured(two_hands: list[Record]) -> None:
    nothing = replace(two_hands[0], visibility=np.full(3, -1))
    assert select_hands([nothing, two_hands[1]], min_points=0) == two_hands[1:]


def test_wrong_shapes_are_named(two_hands: list[Record]) -> None:
    with pytest.raises(ValueError, match=r"\(2, 21, 2\) and \(2, 3, 2\)"):
        evaluate(two_hands, np.zeros((2, 21, 2)), "nsrm")


def test_summary_is_plain_and_complete(
    hands: list[Record], predict_near: PredictNear
) -> None:
    a = evaluate(hands, predict_near(4.0, 0), "nsrm", name="a", crop="1.5 x tight box")
    b = evaluate(hands, predict_near(9.0, 1), "nsrm", name="b")
    summary = summarize([a, b], [compare(a, b)])
    found = summary["evaluations"][0]
    assert found["protocol"]["metric"] == "pck_box"
    assert found["scores"].keys() == set(get_protocol("nsrm").columns)
    assert found["crop"] == "1.5 x tight box"
    assert len(found["hands"]) == found["num_hands"] == 30
    (difference,) = summary["differences"]
    assert (difference["base"], difference["other"]) == ("a", "b")
    expected = b.scores["epe"].value - a.scores["epe"].value
    assert difference["scores"]["epe"]["value"] == pytest.approx(expected)
