"""Backgrounds are what lies beside the hands of a photo."""

import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def largest_strip(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    for name in ("cut_backgrounds", "prepare_scenes"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from cut_backgrounds import largest_strip

    return largest_strip


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 40, 40, 40), (slice(None), slice(60, None))),
        ((150, 40, 40, 40), (slice(None), slice(0, 140))),
        ((60, 70, 80, 20), (slice(0, 65), slice(None))),
        ((60, 10, 80, 20), (slice(35, None), slice(None))),
    ],
)
def test_the_largest_strip_keeps_away_from_the_hand(largest_strip, box, expected):
    image = np.arange(100 * 200 * 3).reshape(100, 200, 3)
    strip = largest_strip(image, np.array([box], float))
    np.testing.assert_array_equal(strip, image[expected])


def test_several_hands_are_kept_away_from_together(largest_strip):
    image = np.zeros((100, 200, 3), np.uint8)
    boxes = np.array([[0, 0, 40, 40], [60, 60, 40, 40]], float)
    assert largest_strip(image, boxes).shape == (100, 90, 3)
    assert largest_strip(image, np.array([[0, 0, 200, 100.0]])).size == 0
