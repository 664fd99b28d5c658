"""Predictions in COCO's form, written, read and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_hands import PredictNear

from handypose_tf.data import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation import (
    Predictions,
    read_coco_results,
    write_coco_results,
)


def write(path: Path, entries: Any) -> Path:
    """Write JSON and return its path."""
    path.write_text(json.dumps(entries))
    return path


def entry(points: np.ndarray, **names: Any) -> dict[str, Any]:
    """Return one hand with scores of a half."""
    rows = np.column_stack([points, np.full(len(points), 0.5)])
    return {**names, "keypoints": rows.ravel().tolist()}


def test_round_trip_keeps_points_scores_and_what_was_not_found(
    hands: list[Record], predict_near: PredictNear, tmp_path: Path
) -> None:
    keypoints = predict_near(4.0, 0)
    keypoints[3] = np.nan
    scores = np.random.default_rng(0).uniform(0, 1, keypoints.shape[:2])
    path = tmp_path / "found.json"
    write_coco_results(path, hands, Predictions(keypoints, scores))
    found = read_coco_results(path, hands)
    np.testing.assert_allclose(found.keypoints, keypoints, atol=1e-4)
    np.testing.assert_allclose(found.scores[4:], scores[4:], atol=1e-4)
    written = json.loads(path.read_text())
    assert len(written) == 29
    assert written[5]["image_id"] == 2
    assert written[5]["sample_id"] == hands[6].sample_id


@pytest.mark.parametrize("field", ["annotation_id", "id"])
def test_hands_are_found_by_the_annotations_number(
    hands: list[Record], tmp_path: Path, field: str
) -> None:
    entries = [entry(hands[i].keypoints, **{field: 100 + i}) for i in (7, 2)]
    others = [entry(hands[0].keypoints, **{field: 9999})]
    path = write(tmp_path / "peer.json", entries + others)
    found = read_coco_results(path, hands).keypoints
    there = np.isfinite(found).all(axis=(1, 2))
    assert np.flatnonzero(there).tolist() == [2, 7]
    np.testing.assert_allclose(found[7], hands[7].keypoints, rtol=1e-6)


def test_the_picture_names_a_hand_only_where_it_has_one(
    hands: list[Record], tmp_path: Path
) -> None:
    path = write(tmp_path / "peer.json", [entry(hands[0].keypoints, image_id=0)])
    with pytest.raises(DataError, match="no entry is of any of the 30 hands"):
        read_coco_results(path, hands)
    found = read_coco_results(path, [hands[0], hands[5]]).keypoints
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"annotations": []}, "COCO results are a list"),
        ([7], r"\[0\]: expected an object, found int"),
        ([{"keypoints": []}], r"\[0\]: names no hand; give one of sample_id"),
        ([{"id": 100, "keypoints": [1, 2, 3]}], r"\[0\]: .* 63 finite numbers.*3"),
        ([{"id": 100, "keypoints": "x"}], r"\[0\]: `keypoints` are not numbers"),
        ([{"id": 100, "keypoints": [0] * 63}] * 2, r"\[1\]: a second entry for hand"),
        ([], "no entry is of any of the 30 hands"),
    ],
)
def test_bad_files_are_refused_by_line(
    hands: list[Record], tmp_path: Path, entries: Any, reason: str
) -> None:
    path = write(tmp_path / "bad.json", entries)
    with pytest.raises(DataError, match=f"bad.json: {reason}"):
        read_coco_results(path, hands)
