from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from handypose_tf.benchmarking import Contender, Measurement, save_plot
from handypose_tf.benchmarking.plots import draw_latencies
from handypose_tf.benchmarking.worker import Loading
from handypose_tf.errors import OutputError


@pytest.fixture
def measurements() -> list[Measurement]:
    times = np.array([4.0, 5, 9])
    return [
        Measurement(Contender(name, print), threads, Loading(1, 1), times / threads)
        for threads in (1, 2)
        for name in ("a", "b")
    ]


def test_bars_reach_to_the_medians(measurements):
    axes = Figure().subplots()
    draw_latencies(axes, measurements)
    assert [bar.get_width() for bar in axes.patches] == [5, 5, 2.5, 2.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["1 thread", "2 threads"]


def test_written_by_ending(measurements, tmp_path):
    path = save_plot(tmp_path / "a.svg", measurements, "a machine")
    assert path.read_text("utf-8").startswith("<?xml")
    with pytest.raises(OutputError, match="a plot ends in one of"):
        save_plot(tmp_path / "a.txt", measurements, "a machine")
