"""Photos with labelled hands, what is found in them, and what that is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from handypose_tf.data.sample import NO_HAND, Record
from handypose_tf.evaluation.finding import (
    LabelledPhoto,
    as_finds,
    find_in_photos,
    labelled_photos,
    measure_finding,
)


class Hand(NamedTuple):
    box: np.ndarray
    score: float


def record(path: str, box, shift: float = 0.0) -> Record:
    x, y, width, height = box
    keypoints = np.linspace((x, y), (x + width, y + height), 21) + shift
    return Record("a", path, keypoints, np.ones(21), box)


def test_hands_gather_by_photo_and_small_ones_count_neither_way():
    nowhere = np.tile([[0.0, 0.0]], (21, 1))
    records = [
        record("a.jpg", [0, 0, 60, 20]),
        record("b.jpg", [0, 0, 10, 47]),
        record("a.jpg", [90, 0, 20, 20]),
        Record("n", "a.jpg", nowhere, np.full(21, NO_HAND), [5, 5, 50, 50]),
    ]
    possible = {"a.jpg": np.array([[7.0, 7.0, 9.0, 9.0]])}
    first, second = labelled_photos(records, min_size=48, ignored=possible)
    assert (first.path, second.path) == ("a.jpg", "b.jpg")
    np.testing.assert_array_equal(first.truth, [[0, 0, 60, 20]])
    np.testing.assert_array_equal(first.ignored, [[90, 0, 20, 20], [7, 7, 9, 9]])
    assert len(second.truth) == 0 and len(second.ignored) == 1


def test_the_tight_box_is_taken_where_asked():
    moved = record("a.jpg", [0, 0, 60, 20], shift=5.0)
    (photo,) = labelled_photos([moved], tight=True)
    np.testing.assert_allclose(photo.truth, [[5, 5, 60, 20]])


def test_recall_and_thresholds_at_false_alarms():
    picture = np.zeros((50, 100, 3), np.uint8)
    truth = np.array([[10.0, 10.0, 20.0, 20.0]])
    nothing = np.zeros((0, 4))
    photos = [
        LabelledPhoto(truth, nothing, image=picture),
        LabelledPhoto(truth, np.array([[60.0, 10.0, 20.0, 20.0]]), image=picture),
    ]
    hit, off = [11, 10, 20, 20], [60, 10, 20, 20]
    # The find at `off` is a false alarm in the first photo, on a hand that does not
    # count in the second; the second photo's hand is found at .2 alone.
    found = iter(
        [
            [Hand(np.array(hit), 0.9), Hand(np.array(off), 0.5)],
            [Hand(np.array(hit), 0.2), Hand(np.array(off), 0.8)],
        ]
    )
    compared = find_in_photos(lambda image: as_finds(next(found)), photos)
    result = measure_finding(compared, (0.1, 0.5))
    assert (result.num_photos, result.num_hands) == (2, 2)
    assert result.recalls[0.1].value == pytest.approx(0.5)
    assert result.recalls[0.5].value == pytest.approx(1.0)
    assert result.thresholds == {0.1: 0.9, 0.5: 0.2}
    facts = result.to_dict()
    assert facts["recall@0.1"]["value"] == pytest.approx(0.5)
    assert facts["recall@0.5"]["threshold"] == 0.2
