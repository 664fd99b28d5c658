"""The page of the export table follows from the figures that are kept."""

from __future__ import annotations

import json

import pytest
from export_plot import Point, draw
from export_table import page, points

from handypose_tf.images import read_image

SCORE = {"value": 0.672, "low": 0.544, "high": 0.789}

CHANGE = {"value": -0.0003, "low": -0.0019, "high": 0.0013}

OPERATIONS = {"body_partitions": 1, "body_not_delegated": {"MEAN": 2}}


def facts(model: str, accuracy: bool) -> dict:
    return {
        "model": model,
        "precision": "int8",
        "num_bytes": 3_691_793,
        "parity_px": {"median": 0.375, "mean": 1.574},
        "operations": OPERATIONS,
        "accuracy": {
            "num_hands": 1030,
            "file": {"pck_box@0.2": {"value": 0.8906}},
            "change": {"pck_box@0.2": CHANGE, "pck_box@0.1": CHANGE},
            "epe_growth_percent": 0.56,
        }
        if accuracy
        else None,
    }


def latency(milliseconds: float) -> dict:
    about = {"machine": "a machine", "date": "2026-11-24"}
    return {"median_ms": str(milliseconds), **about}


TIMES = {
    ("handypose_lite0_224_int8", 1): latency(6.131),
    ("handypose_lite0_224_int8", 2): latency(3.5),
    ("paper_int8", 1): latency(140),
    ("paper_int8", 2): latency(85),
    ("MediaPipe landmarks full", 1): latency(6.2),
}

HUMAN = {
    "num_hands": 26,
    "pck_box@0.2": {
        "handypose_lite0_224_int8": SCORE,
        "mediapipe_full_four_turns": SCORE,
        "not_timed": SCORE,
    },
}


def test_rows():
    exports = {
        "handypose_lite0_224_int8": facts("lite", True),
        "paper_int8": facts("paper", False),
    }
    lines = page(exports, TIMES, HUMAN).splitlines()
    assert (
        "| int8 | 3.7 | 6.13 | 3.50 | 89.06 % | -0.03 [-0.19, +0.13] "
        "| -0.03 [-0.19, +0.13] | +0.56 % | 0.38, 1.57 | 1 |"
    ) in lines
    assert "| int8 | 3.7 | 140.00 | 85.00 | 0.38 | 1 | 2 MEAN |" in lines
    assert any(line.startswith("1,030 held-out hands") for line in lines)
    assert "## lite" in lines and "## paper" in lines


def test_points_are_what_has_both_figures():
    [ours, peer] = points(TIMES, HUMAN)
    assert ours == Point("int8, 224 px", 6.131, SCORE, is_peer=False)
    assert peer.name == "full, best of 4 turns"
    assert peer.milliseconds == pytest.approx(24.8) and peer.is_peer


def test_the_plot(tmp_path):
    draw(tmp_path / "a.png", [*points(TIMES, HUMAN)], ("ours", "others"))
    assert read_image(tmp_path / "a.png").shape == (650, 1170, 3)


def test_what_is_kept_of_an_evaluation(tmp_path, monkeypatch):
    import export_table

    monkeypatch.setattr(export_table, "HUMAN_HANDS", tmp_path / "human.json")
    found = {
        "name": "/a/folder/handypose_lite0_224_int8.tflite",
        "protocol": {"name": "nsrm"},
        "num_hands": 26,
        "scores": {"pck_box@0.2": SCORE, "epe": {}},
    }
    evaluation = tmp_path / "evaluation.json"
    evaluation.write_text(json.dumps({"evaluations": [found]}))
    export_table.keep_human_hands(evaluation)
    kept = json.loads((tmp_path / "human.json").read_text())
    assert kept == {"num_hands": 26, "pck_box@0.2": {"handypose_lite0_224_int8": SCORE}}
