"""Plots: files, places of the curves, nothing mixed."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from made_hands import PredictNear
from matplotlib.figure import Figure

from handypose_tf.data import Record
from handypose_tf.errors import OutputError
from handypose_tf.evaluation import evaluate, save_plot
from handypose_tf.evaluation.plots import draw_joint_bars, draw_pck_curves


def test_a_plot_is_written_on_white(
    hands: list[Record], predict_near: PredictNear, tmp_path: Path
) -> None:
    both = [
        evaluate(hands, predict_near(spread, 0), "nsrm", name=f"{spread} px")
        for spread in (3.0, 8.0)
    ]
    path = save_plot(tmp_path / "new" / "pck.png", both, "made hands")
    image = cv2.imread(str(path))
    assert min(image.shape[:2]) > 900
    assert (image[:5] == 255).all()
    assert (image != 255).any(axis=-1).mean() > 0.05


def test_curves_pass_through_the_figures(
    hands: list[Record], predict_near: PredictNear
) -> None:
    result = evaluate(hands, predict_near(6.0, 0), "agmn", name="a")
    axes = Figure().subplots()
    draw_pck_curves(axes, [result])
    (line,) = axes.get_lines()
    curve = dict(zip(*line.get_data(), strict=True))
    for threshold in result.protocol.thresholds:
        value = result.scores[result.protocol.column(threshold)].value
        assert curve[threshold] == pytest.approx(100 * value)
    assert line.get_label().startswith("a: pck_crop mean of 0.01 to 0.06 = ")


def test_bars_are_the_joints(hands: list[Record], predict_near: PredictNear) -> None:
    result = evaluate(hands, predict_near(6.0, 0), "pckh")
    axes = Figure().subplots()
    draw_joint_bars(axes, [result])
    heights = [bar.get_height() for bar in axes.patches]
    scores = [100 * s["pckh@0.7"] for s in result.joint_scores().values()]
    assert heights == pytest.approx(scores)
    assert len({bar.get_x() for bar in axes.patches}) == 21


def test_bad_plots_are_refused(
    hands: list[Record], predict_near: PredictNear, tmp_path: Path
) -> None:
    nsrm, agmn = (evaluate(hands, predict_near(3.0, 0), p) for p in ("nsrm", "agmn"))
    with pytest.raises(OutputError, match=r"pck\.jpg: a plot ends in one of \.png"):
        save_plot(tmp_path / "pck.jpg", [nsrm])
    with pytest.raises(ValueError, match="one protocol"):
        save_plot(tmp_path / "pck.png", [nsrm, agmn])
