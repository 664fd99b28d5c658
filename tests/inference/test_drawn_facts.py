"""What is drawn of a hand beside its bones: how sure it is, its side and its id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handypose_tf.hand import BONES
from handypose_tf.images.drawing import FAINT_OPACITY, FINGER_COLORS
from handypose_tf.inference import HandPose, draw_hands
from handypose_tf.inference.thresholds import DOUBTFUL_SCORE


def hand(size: float, x: float = 60, y: float = 60, **facts) -> HandPose:
    """A hand whose points are a grid of a size."""
    columns, rows = np.meshgrid(np.linspace(0, 1, 3), np.linspace(0, 1, 7))
    points = size * np.column_stack([columns.ravel(), rows.ravel()]) + (x, y)
    options = {"score": 0.9, **facts}
    return HandPose(points, np.ones(21), [x, y, size, size], **options)


def changed(image, one: HandPose, other: HandPose) -> np.ndarray:
    return (draw_hands(image, [one]) != draw_hands(image, [other])).any(axis=-1)


def grey(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


@pytest.mark.parametrize("scale", [1, 4, 12])
@pytest.mark.parametrize(
    "facts", [{"score": 0.8}, {"is_left": True, "left_score": 0.9}, {"id": 7}]
)
def test_each_fact_is_written_beside_the_hand(scale, facts):
    image = grey(160 * scale, 220 * scale)
    own = hand(60 * scale, 60 * scale, 60 * scale)
    rows, columns = np.nonzero(changed(image, own, replace(own, **facts)))
    assert len(rows) > 20
    inside = (rows > own.box[1]) & (rows < own.box[1] + own.box[3])
    inside &= (columns > own.box[0]) & (columns < own.box[0] + own.box[2])
    assert not inside.any()


@pytest.mark.parametrize("place", [(2, 2), (120, 2), (2, 100), (130, 100), (70, 50)])
@pytest.mark.parametrize("size", [20, 50])
def test_what_is_written_is_whole_and_off_the_hand(place, size):
    """Wherever the hand is: the label has as many pixels as where there is room."""

    def ink(x: float, y: float, height: int, width: int) -> int:
        own = hand(size, x, y, is_left=True)
        image = grey(height, width)
        bare = draw_hands(image, [own])
        low = np.floor(own.box[:2] - 2).astype(int).clip(0)
        high = np.ceil(own.box[:2] + own.box[2:] + 3).astype(int)
        bare[low[1] : high[1], low[0] : high[0]] = 100
        return int((bare != 100).any(axis=-1).sum())

    roomy = ink(200, 200, 500, 500)
    assert ink(*place, 160, 200) == pytest.approx(roomy, rel=0.12)


def test_a_tiny_picture_keeps_the_hand_free():
    """64 x 48 pixels, a hand of 27 across its height: the side alone has room."""
    own = hand(27, 21, 10, is_left=True)
    bones = draw_hands(grey(48, 64), [own])[14:34, 24:45]
    other = draw_hands(grey(48, 64), [replace(own, is_left=False)])
    np.testing.assert_array_equal(bones, other[14:34, 24:45])
    assert changed(grey(48, 64), own, replace(own, is_left=False)).sum() > 5


def test_a_doubtful_hand_is_faint():
    black = np.zeros((160, 220, 3), np.uint8)
    sure, doubtful = hand(60), hand(60, score=DOUBTFUL_SCORE - 0.05)
    x, y = sure.keypoints[8].round().astype(int)
    color = np.array(FINGER_COLORS["index"])
    np.testing.assert_allclose(draw_hands(black, [sure])[y, x], color, atol=30)
    found = draw_hands(black, [doubtful])[y, x]
    np.testing.assert_allclose(found, FAINT_OPACITY * color, atol=20)


def test_a_doubtful_hand_lies_under_a_sure_one():
    image = grey(160, 220)
    sure, doubtful = hand(60), hand(60, 62, 62, score=0.3)
    one = draw_hands(image, [sure, doubtful], BONES)
    np.testing.assert_array_equal(one, draw_hands(image, [doubtful, sure], BONES))
