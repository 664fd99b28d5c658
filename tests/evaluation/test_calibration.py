"""Scores become chances: the fit, its check, and the way into the model's graph."""

from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.errors import DataError
from handypose_tf.evaluation.plots import save_reliability_plot
from handypose_tf.evaluation.predict_hands import Predictions
from handypose_tf.evaluation.presence import fit_presence
from handypose_tf.evaluation.score_calibration import (
    Calibration,
    fit_calibration,
    measure_reliability,
    pair_points,
)
from handypose_tf.layers import DecodeHeatmaps


def draw_points(num_points, slope=6.0, offset=-2.0):
    """Scores, and right or wrong by a known logistic curve."""
    rng = np.random.default_rng(4)
    scores = rng.uniform(0, 1, num_points)
    chance = 1 / (1 + np.exp(-(slope * scores + offset)))
    return scores, rng.uniform(0, 1, num_points) < chance


def test_the_fit_finds_the_curve_that_drew_the_points():
    found = fit_calibration(*draw_points(200_000))
    assert found.slope == pytest.approx(6.0, abs=0.1)
    assert found.offset == pytest.approx(-2.0, abs=0.05)


def test_scores_that_are_the_less_right_the_higher_are_refused():
    scores, is_right = draw_points(400, slope=-6.0, offset=3.0)
    with pytest.raises(DataError, match="the less often it is right: the model knows"):
        fit_calibration(scores, is_right)
    with pytest.raises(DataError, match="the less often it is right"):
        fit_presence(scores, is_right)


def test_calibration_lowers_the_error_and_is_inverted():
    scores, is_right = draw_points(20_000)
    calibration = fit_calibration(scores, is_right)
    before = measure_reliability(scores, is_right).error
    after = measure_reliability(calibration(scores), is_right).error
    assert before > 0.14 and after < 0.02
    assert calibration.invert(calibration(scores)) == pytest.approx(scores, abs=1e-6)


def test_the_error_of_a_hand_worked_case():
    # Bin .2: four points at .25, one right. Bin .9: two points at .95, both right.
    scores = [0.25] * 4 + [0.95] * 2
    found = measure_reliability(scores, [1, 0, 0, 0, 1, 1])
    assert found.counts.tolist() == [0, 0, 4, 0, 0, 0, 0, 0, 0, 2]
    assert found.shares[[2, 9]].tolist() == [0.25, 1.0]
    assert found.error == pytest.approx(2 / 6 * 0.05)
    assert found.to_dict()["scores"][0] is None


@pytest.mark.parametrize(
    ("count", "share"), [(99, 0.5), (200, 0.0), (200, 1.0)], ids=str
)
def test_too_little_to_fit_on_is_an_error(count, share):
    with pytest.raises(DataError, match="at least 100, of both kinds"):
        fit_calibration(np.full(count, 0.5), np.arange(count) < share * count)


def test_scores_outside_0_to_1_are_refused():
    with pytest.raises(ValueError, match="scores"):
        measure_reliability([1.2], [True])


def test_points_are_right_within_a_tenth_of_the_box(hands):
    truth = np.stack([record.keypoints for record in hands]).astype(np.float64)
    visible = np.stack([record.visibility for record in hands]) > 0
    predictions = Predictions(truth.copy(), np.full(visible.shape, 0.5))
    predictions.keypoints[0, 0] += 1000
    scores, is_right = pair_points(hands, predictions)
    assert len(scores) == visible.sum()
    assert (~is_right).sum() == 1


def test_the_decoder_gives_calibrated_scores():
    maps = np.zeros((1, 8, 8, 2), np.float32)
    maps[0, 3, 4, 0], maps[0, 5, 5, 1] = 0.7, 1.4
    plain, calibrated = (
        np.asarray(DecodeHeatmaps("argmax", (32, 32), stride=4, calibration=c)(maps))
        for c in (None, (6.0, -2.0))
    )
    assert plain[0, :, 2].tolist() == pytest.approx([0.7, 1.0])
    expected = Calibration(6.0, -2.0)([0.7, 1.0])
    assert calibrated[0, :, 2] == pytest.approx(expected, abs=1e-6)
    assert (plain[..., :2] == calibrated[..., :2]).all()


def test_the_plot_is_written(tmp_path):
    scores, is_right = draw_points(2000)
    curves = {"peak": measure_reliability(scores, is_right)}
    assert save_reliability_plot(tmp_path / "r.png", curves).stat().st_size > 10_000
