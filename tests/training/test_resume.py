"""Runs that are killed or asked to end, against the run that nobody disturbed."""

from __future__ import annotations

import signal

import pytest
import tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[3, 2], ids=str)
def undisturbed(request, hands, tmp_path_factory):
    """Keras generation and history of a run of its own."""
    out = tmp_path_factory.mktemp("whole")
    config = tiny.settings(hands, out)
    return request.param, tiny.run(config, keras=request.param)["history"]


def compare(history, expected):
    assert [row["epoch"] for row in history] == [1, 2, 3]
    for row, whole in zip(history, expected, strict=True):
        for name in ("loss", "val_loss", "learning_rate"):
            assert row[name] == pytest.approx(whole[name], rel=1e-3, abs=1e-9), name


@pytest.mark.parametrize(
    "place",
    [
        pytest.param([0, 2], id="before-the-first-save"),
        pytest.param([1, 5], id="within-an-epoch"),
    ],
)
def test_a_killed_run_ends_as_if_it_was_not(undisturbed, place, hands, tmp_path):
    keras, expected = undisturbed
    config = tiny.settings(hands, tmp_path)
    tiny.run(config, code=-signal.SIGKILL, keras=keras, kill=place)
    found = tiny.run(config, keras=keras, resume=True)
    compare(found["history"], expected)


@pytest.mark.parametrize(
    ("place", "finished"),
    [
        pytest.param([1, 2], 1, id="within-an-epoch"),
        pytest.param([2, 5], 3, id="last-step"),
    ],
)
def test_sigterm_saves_and_leaves(undisturbed, place, finished, hands, tmp_path):
    keras, expected = undisturbed
    config = tiny.settings(hands, tmp_path, save_every=1000)
    found = tiny.run(config, keras=keras, terminate=place)
    assert found["stopped"] == signal.SIGTERM
    assert len(found["history"]) == finished
    found = tiny.run(config, keras=keras, resume=True)
    assert found["stopped"] == 0
    compare(found["history"], expected)
