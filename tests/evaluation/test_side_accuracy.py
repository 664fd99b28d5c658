"""How often sides are told rightly, on cases counted by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from handypose_tf.evaluation.handedness import measure_handedness


def records(*sides: int):
    return [SimpleNamespace(is_left=side) for side in sides]


def test_hands_of_known_side_are_counted() -> None:
    found = measure_handedness(
        records(1, 1, 0, 0, -1), [0.9, 0.4, 0.1, np.nan, 0.3], resamples=200
    )
    assert found is not None
    assert found.accuracy.value == 0.5  # the first and the third; not found is wrong
    assert (found.num_left, found.num_right) == (2, 2)
    assert 0 <= found.accuracy.low < 0.5 < found.accuracy.high <= 1
    assert str(found).startswith("left or right told rightly: 50.0% [")
    assert str(found).endswith("of 2 left, 2 right hands")
    assert found.to_dict()["accuracy"]["value"] == 0.5


def test_unknown_sides_give_no_figure() -> None:
    assert measure_handedness(records(-1, -1), [0.2, 0.9]) is None
