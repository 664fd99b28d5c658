"""Limits of a find's score, by graded photos."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"

PHOTOS = [
    SimpleNamespace(scores=np.array([0.9, 0.41]), is_hit=np.array([True, False])),
    SimpleNamespace(scores=np.array([0.6457, 0.3]), is_hit=np.array([True, True])),
]


@pytest.fixture
def next_hand(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from choose_limits import next_hand

    return next_hand


def test_a_limit_goes_up_to_the_next_hand(next_hand):
    assert next_hand(PHOTOS, 0.4) == 0.645
    assert next_hand(PHOTOS, 0.3) == 0.3


def test_a_limit_above_all_hands_stays(next_hand):
    assert next_hand(PHOTOS, 0.95) == 0.95
