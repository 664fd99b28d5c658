"""Which of several things is which of several others, at the least cost in all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike


def assign(costs: ArrayLike, most: float) -> list[int | None]:
    """Give each row its own column, or none, so that the sum of costs is least.

    All ways are weighed, but pairs of a cost above `most` are none: with few pairs,
    as among hands of which few are near each other, these are few.

    Args:
        costs: `(num_rows, num_columns)`, not negative.
        most: A pair costs no more than this; a row without a column costs this.

    Returns:
        The column of each row, or `None`; of equal ways the one that serves the first
        rows.
    """
    table = np.asarray(costs, np.float64)
    options: list[Sequence[int]] = [
        np.flatnonzero(row <= most).tolist() for row in table
    ]

    @cache
    def best(row: int, used: frozenset[int]) -> tuple[float, tuple[int | None, ...]]:
        if row == len(options):
            return 0.0, ()
        ways: list[tuple[float, tuple[int | None, ...]]] = []
        for column in options[row]:
            if column not in used:
                cost, rest = best(row + 1, used | {column})
                ways.append((cost + float(table[row, column]), (column, *rest)))
        cost, rest = best(row + 1, used)
        ways.append((cost + most, (None, *rest)))
        return min(ways, key=lambda way: way[0])

    return list(best(0, frozenset())[1])
