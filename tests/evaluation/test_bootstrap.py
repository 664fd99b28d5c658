"""The bootstrap against theory, and its seed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from handypose_tf.evaluation import bootstrap as module
from handypose_tf.evaluation.bootstrap import bootstrap

VALUES = np.tile([0.0, 1.0], 200)


def mean(weights: NDArray) -> NDArray:
    """Return the weighted mean of 200 zeros and 200 ones."""
    return (weights @ VALUES / weights.sum(axis=-1))[:, None]


def test_interval_of_a_mean_is_that_of_theory() -> None:
    # The mean of 400 fair coins: 0.5 +- 1.96 * 0.5 / 20.
    (estimate,) = bootstrap(mean, 400)
    assert estimate.value == 0.5
    assert estimate.low == pytest.approx(0.451, abs=0.004)
    assert estimate.high == pytest.approx(0.549, abs=0.004)


def test_the_seed_decides() -> None:
    assert bootstrap(mean, 400, seed=1) == bootstrap(mean, 400, seed=1)
    assert bootstrap(mean, 400, seed=1) != bootstrap(mean, 400, seed=2)


def test_chunks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap(mean, 400, resamples=100)
    monkeypatch.setattr(module, "_CHUNK", 1300)
    assert bootstrap(mean, 400, resamples=100) == whole


def test_resamples_without_anything_to_measure_are_left_out() -> None:
    def first_hand_or_nothing(weights: NDArray) -> NDArray:
        return np.where(weights[:, :1] > 0, 3.0, np.nan)

    (estimate,) = bootstrap(first_hand_or_nothing, 4, resamples=200)
    assert (estimate.value, estimate.low, estimate.high) == (3, 3, 3)


def test_nothing_at_all_is_nan_and_becomes_null() -> None:
    (estimate,) = bootstrap(lambda weights: np.full((len(weights), 1), np.nan), 3)
    assert estimate.to_dict() == {"value": None, "low": None, "high": None}
