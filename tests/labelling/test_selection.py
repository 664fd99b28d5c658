from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handypose_tf.errors import DataError
from handypose_tf.labelling import HandLabel, PhotoResult
from handypose_tf.labelling.selection import (
    FoundHand,
    Rule,
    found_hands,
    read_numbers,
    select,
)


def found(
    number: int = 1, *, size: float = 60, x: float = 10, disagreement: float = 0.01
) -> FoundHand:
    line = np.linspace(0, size, 21)
    points = np.stack([line + x, np.full(21, 5.0)], axis=1).astype(np.float32)
    label = HandLabel(points, 0.9, disagreement)
    return FoundHand(number, PhotoResult("a.jpg", (1, 1), 100, 80), label)


@pytest.mark.parametrize(
    ("hand", "reason"),
    [
        (found(), None),
        (found(size=48), None),
        (found(size=47), "too small"),
        (found(disagreement=0.051), "uncertain"),
        (found(x=80), "cut off"),
        (found(x=-20), None),
        (found(7), "rejected"),
    ],
)
def test_the_rule(hand: FoundHand, reason: str | None) -> None:
    assert Rule(rejected=frozenset([7])).refusal(hand) == reason


def test_points_inside_reach_to_the_outer_edge_of_the_last_pixel() -> None:
    hand = found()
    points = np.zeros((21, 2), np.float32)
    points[:4] = [[-0.5, -0.5], [99.4, 79.4], [99.5, 0], [0, -0.6]]
    inside = hand._replace(label=HandLabel(points, 1, 0)).inside
    assert inside[:4].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("num_apart", "apart", "reason"),
    [
        (21, 0.099, None),
        (21, 0.101, "the teachers differ"),
        (11, 0.21, "the teachers differ"),  # their mean is .11
        (9, 0.21, None),
    ],
)
def test_teachers_that_differ(num_apart: int, apart: float, reason: str | None) -> None:
    points = found().label.keypoints
    shifts = np.where(np.arange(21) < num_apart, 60 * apart, 0)
    label = HandLabel(
        points, 0.9, 0.01, second_keypoints=points + shifts[:, None] * [0, 1]
    )
    hand = found(3)._replace(label=label)
    assert Rule(max_difference=0.1).refusal(hand) == reason
    kept, _ = select([hand], Rule(max_difference=0.1, accepted=frozenset([3])))
    assert [one.labelled.sum() for one in kept] == [21]


@pytest.mark.parametrize(("unsure", "reason"), [(11, None), (12, "uncertain")])
def test_ten_points_must_be_agreed_on(unsure: int, reason: str | None) -> None:
    spread = np.where(np.arange(21) < unsure, 0.2, 0.0).astype(np.float32)
    label = HandLabel(found().label.keypoints, 0.9, 0.01, None, spread)
    hand = found()._replace(label=label)
    assert hand.labelled.sum() == 21 - unsure and hand.inside.all()
    assert Rule().refusal(hand) == reason


def test_what_is_left_out_is_counted() -> None:
    kept, refused = select([found(1), found(2, size=9), found(3, size=8)], Rule())
    assert [hand.id for hand in kept] == [1]
    assert {why: [h.id for h in out] for why, out in refused.items()} == {
        "too small": [2, 3]
    }


def test_hands_are_numbered_on_from_their_photo() -> None:
    label = found().label
    one = PhotoResult("a.jpg", (1, 1), hands=(label, label), first_id=4)
    two = PhotoResult("b.jpg", (1, 1), hands=(label,), first_id=9)
    assert [hand.id for hand in found_hands([one, two])] == [4, 5, 9]


def test_refused_numbers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rejected.txt"
    assert read_numbers(path) == frozenset()
    path.write_text("12\n\n  7 # thumb\n# a note\n")
    assert read_numbers(path) == {7, 12}
    for encoding in ("utf-8-sig", "utf-16"):  # as Windows' editors write it
        path.write_text("12\r\n7\r\n", encoding, newline="")
        assert read_numbers(path) == {7, 12}
    path.write_text("12\nseven\n")
    with pytest.raises(DataError, match=r"rejected\.txt:2: 'seven'"):
        read_numbers(path)
