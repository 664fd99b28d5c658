"""The table of what fine-tuning on a hundred photos is worth."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import layouts
import pytest

from handypose_tf.tasks.config import LEVELS

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "retrain_table", raising=False)
    import retrain_table

    return retrain_table


def estimate(value: float, low: float = 0.0, high: float = 0.0) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def test_changes_are_told_in_points_and_the_start_has_none(script):
    rows = [
        {
            "name": "before",
            **{f"{s} own": estimate(0.677) for s in script.SCORES},
            **{f"{s} own change": estimate(0.0) for s in script.SCORES},
        },
        {
            "name": "heads",
            **{f"{s} own": estimate(0.7) for s in script.SCORES},
            **{f"{s} own change": estimate(0.02, -0.004, 0.05) for s in script.SCORES},
        },
    ]
    hands = {"own": SimpleNamespace(records=[1, 2, 3])}
    lines = script.table(rows, hands).splitlines()
    assert "pck_box@0.1, 3 own" in lines[0]
    assert lines[2].strip("| ").split(" | ") == ["before", "67.7", "67.7"]
    cells = lines[3].strip("| ").split(" | ")
    assert cells == ["heads", *["70.0 [-0.4, +5.0]"] * 2]


def test_groups_have_folders_of_their_own(script, tmp_path):
    source = layouts.write_coco(tmp_path / "labels", count=2)
    moved = tmp_path / "pictures"
    (source / "images").rename(moved)
    words = [f"a=coco:{source}/annotations.json"]
    groups = script.read_groups(words, [f"a={moved}"])
    assert len(groups["a"].records) == 2


def test_every_way_freezes_a_level_that_there_is(script):
    levels = {level for _, level, _ in script.WAYS}
    assert levels <= {*LEVELS, None}
    assert not any(part == "all" and rate > 1e-4 for part, _, rate in script.WAYS)
