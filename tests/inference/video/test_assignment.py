"""Pairs of least cost, against all permutations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from handypose_tf.inference.video.assignment import assign


@pytest.mark.parametrize("seed", range(20))
def test_no_permutation_costs_less(seed):
    costs = np.random.default_rng(seed).uniform(0, 1, (4, 4))
    found = assign(costs, most=4.0)
    assert sorted(i for i in found if i is not None) == [0, 1, 2, 3]
    best = min(
        sum(costs[row, column] for row, column in enumerate(columns))
        for columns in permutations(range(4))
    )
    assert sum(costs[i, j] for i, j in enumerate(found)) == pytest.approx(best)


def test_the_nearest_pair_first_would_cost_more():
    # 0.2 first leaves 0.9 for the second row: 1.1 against 0.55.
    assert assign([[0.3, 0.2], [0.9, 0.25]], most=1.0) == [0, 1]


def test_what_costs_too_much_is_no_pair():
    assert assign([[0.4, 0.9], [0.9, 0.9]], most=0.5) == [0, None]


def test_of_two_rows_for_one_column_the_cheaper_has_it():
    assert assign([[0.4], [0.3]], most=1.0) == [None, 0]


def test_of_two_equal_rows_the_first_has_it():
    assert assign([[0.3], [0.3]], most=1.0) == [0, None]


@pytest.mark.parametrize(("shape", "none"), [((0, 3), []), ((2, 0), [None, None])])
def test_nothing_to_pair(shape, none):
    assert assign(np.zeros(shape), most=1.0) == none
