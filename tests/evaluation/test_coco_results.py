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
    # Hand 6 is in the third picture, 000000000002.png, which the format calls 7.
    assert written[5]["image_id"] == 7
    assert written[5]["annotation_id"] == 106
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
    path = write(tmp_path / "peer.json", [entry(hands[0].keypoints, image_id=9)])
    with pytest.raises(DataError, match="image 9 has 3 annotated hands; tell which"):
        read_coco_results(path, hands)
    found = read_coco_results(path, [hands[0], hands[5]]).keypoints
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


def test_pictures_are_told_by_the_format_s_own_id_not_by_their_names(
    hands: list[Record], tmp_path: Path
) -> None:
    # Pictures 000000000000.png and 000000000009.png have the ids 9 and 0.
    first, last = hands[0], hands[29]
    rows = [entry(r.keypoints, image_id=r.image_id) for r in (first, last)]
    found = read_coco_results(write(tmp_path / "peer.json", rows), [first, last])
    np.testing.assert_allclose(found.keypoints[0], first.keypoints, rtol=1e-6)
    np.testing.assert_allclose(found.keypoints[1], last.keypoints, rtol=1e-6)


@pytest.mark.parametrize("image_id", [9.0, "9"])
def test_an_id_is_a_number_however_it_is_written(
    hands: list[Record], tmp_path: Path, image_id: object
) -> None:
    rows = [entry(hands[0].keypoints, image_id=image_id)]
    found = read_coco_results(write(tmp_path / "peer.json", rows), hands[:1])
    assert np.isfinite(found.keypoints).all()


def test_a_running_number_is_no_annotation(hands: list[Record], tmp_path: Path) -> None:
    # Detectors number their results by `id`; here 106, a hand of another picture.
    rows = [entry(hands[0].keypoints, image_id=9, id=106)]
    path = write(tmp_path / "peer.json", rows)
    found = read_coco_results(path, [hands[0], hands[6]]).keypoints
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
    with pytest.raises(DataError, match="image 9 has 3 annotated hands; tell which"):
        read_coco_results(path, hands)
    right = write(
        tmp_path / "right.json", [entry(hands[1].keypoints, image_id=9, id=101)]
    )
    assert np.isfinite(read_coco_results(right, hands).keypoints[1]).all()


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
