from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.hand import FINGER_KEYPOINTS
from handypose_tf.images.drawing import (
    FINGER_COLORS,
    contact_sheet,
    draw_heatmaps,
    draw_keypoints,
    keypoint_colors,
)


@pytest.fixture
def hand() -> np.ndarray:
    """Fingers as upright columns, 40 px apart, above a wrist."""
    points = [(100.0, 260.0)]
    for finger in range(5):
        points += [(20.0 + 40 * finger, 200.0 - 50 * joint) for joint in range(4)]
    return np.array(points)


def grey(height=300, width=220, value=128):
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize("background", [0, 128, 255])
def test_joints_have_their_fingers_colour_inside_a_dark_outline(hand, background):
    drawn = draw_keypoints(grey(value=background), hand)
    for finger, joints in FINGER_KEYPOINTS.items():
        for joint in joints:
            x, y = hand[joint].astype(int)
            assert tuple(drawn[y, x]) == FINGER_COLORS[finger]
    row = drawn[int(hand[8][1]) + 25]
    x = int(hand[8][0])
    assert row[x - 12 : x].max(axis=-1).min() < 80 > row[x : x + 12].max(axis=-1).min()


def test_drawing_is_centred_on_sub_pixels():
    hand = np.array([[100.25, 60.75], [20.5, 60.75]])
    drawn = draw_keypoints(grey(value=0)[:, :, :], hand, skeleton=())
    light = drawn[:, 80:].max(axis=-1).astype(float) * (drawn[:, 80:].max(-1) > 40)
    y, x = np.mgrid[: light.shape[0], 80 : 80 + light.shape[1]]
    center = [(light * x).sum() / light.sum(), (light * y).sum() / light.sum()]
    np.testing.assert_allclose(center, hand[0], atol=0.15)


def test_the_given_picture_is_left_as_it_is(hand):
    image = grey()
    draw_keypoints(image, hand)
    assert (image == 128).all()


def test_low_scores_are_faint(hand):
    scores = np.ones(21)
    scores[8] = 0.1
    drawn = draw_keypoints(grey(value=0), hand, scores)
    (x, y), color = hand[8].astype(int), np.array(FINGER_COLORS["index"])
    np.testing.assert_allclose(drawn[y, x], 0.4 * color, atol=2)
    x, y = hand[7].astype(int)
    np.testing.assert_array_equal(drawn[y, x], color)


def test_invisible_points_and_their_bones_are_left_out(hand):
    visibility = np.ones(21)
    visibility[[7, 8]] = 0
    drawn = draw_keypoints(grey(), hand, visibility=visibility)
    x, y = hand[8].astype(int)
    assert (drawn[y - 10 : y + 85, x - 8 : x + 8] == 128).all()


def test_fractional_visibility_is_faint(hand):
    visibility = np.full(21, 0.04)
    drawn = draw_keypoints(grey(value=0), hand, visibility=visibility)
    assert drawn.max() <= 0.4 * 255 + 2


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_line_width_follows_the_hand(hand, size):
    points = hand / 240 * size
    drawn = draw_keypoints(grey(2 * size, 2 * size), points)
    changed = (drawn != 128).any(axis=-1).mean() * (2 * size) ** 2 / size**2
    assert 0.1 < changed < (0.6 if size >= 100 else 2.5)


@pytest.mark.parametrize(
    "points",
    [
        np.full((21, 2), np.nan),
        np.full((21, 2), -500.0),
        np.full((21, 2), 1e12),
        np.linspace(-1e9, 1e9, 42).reshape(21, 2),
    ],
)
def test_points_anywhere(points):
    drawn = draw_keypoints(grey(), points)
    assert drawn.shape == grey().shape


def test_hand_that_reaches_outside(hand):
    drawn = draw_keypoints(grey(), hand - (100, 100))
    assert (drawn != 128).any()


def test_another_set_of_points_has_its_own_colours():
    assert len(set(keypoint_colors(5))) == 5
    points = np.array([[80.0, 80], [320, 320]])
    drawn = draw_keypoints(grey(400, 400), points, skeleton=[(0, 1)])
    assert tuple(drawn[320, 320]) == tuple(drawn[240, 240]) == keypoint_colors(2)[1]


def test_heatmap_peak_lands_on_its_pixel():
    heatmaps = np.zeros((10, 10, 21), np.float32)
    heatmaps[4, 6, 8] = 1
    to_cells = [[0.1, 0, -0.45], [0, 0.1, -0.45], [0, 0, 1]]
    drawn = draw_heatmaps(grey(100, 100, 100), heatmaps, to_cells)
    x = round((6 + 0.45) / 0.1)
    y = round((4 + 0.45) / 0.1)
    np.testing.assert_allclose(drawn[y, x], FINGER_COLORS["index"], atol=30)
    assert tuple(drawn[5, 5]) == (60, 60, 60)


def test_overlapping_heatmaps_do_not_overflow():
    drawn = draw_heatmaps(grey(8, 8, 255), np.full((8, 8, 21), 9.0), np.eye(3))
    mean = np.mean(keypoint_colors(), axis=0)
    np.testing.assert_allclose(drawn[4, 4], mean, atol=1)


def test_contact_sheet_lays_out_in_rows():
    images = [grey(30, 40, value) for value in (50, 100, 150)]
    sheet = contact_sheet(images, columns=2, tile=64)
    assert sheet.shape == (128, 128, 3)
    assert [int(sheet[y, x, 0]) for y, x in ((32, 32), (32, 96), (96, 32))] == [
        *(50, 100, 150)
    ]


def test_contact_sheet_keeps_proportions():
    sheet = contact_sheet([grey(20, 80, 200)], tile=80)
    assert int((sheet[:, 40, 0] == 200).sum()) == 20


def test_captions_get_a_strip_of_their_own():
    images = [grey(10, 10, 0)] * 2
    sheet = contact_sheet(images, ["first", "w" * 500], tile=90)
    assert sheet.shape == (90 + 16, 180, 3)
    assert (sheet[90:, :90] > 200).any() and (sheet[90:, 90:] > 200).any()
    assert (sheet[:90] < 60).all()


def test_contact_sheet_refuses():
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([])
    with pytest.raises(ValueError, match="must be 1, one each"):
        contact_sheet([grey()], ["a", "b"])
    with pytest.raises(ValueError, match="uint8 RGB"):
        contact_sheet([np.zeros((5, 5))])


@pytest.mark.parametrize("size", [20, 40, 90, 150, 260, 600])
def test_dots_are_round_at_every_size(size):
    """Fourth moments: 0 of a circle, .43 of a diamond, -.43 of a square."""
    points = np.array([[50.0, 50], [50 + size, 50]])
    drawn = draw_keypoints(grey(100, 1000, 0), points, skeleton=())
    reach = min(size // 2, 40)
    light = drawn[50 - reach : 51 + reach, 50 - reach : 51 + reach].max(axis=-1)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    fourth = (light * (x**4 + y**4 - 6 * x**2 * y**2)).sum()
    assert abs(fourth) / (light * (x**2 + y**2) ** 2.0).sum() < 0.2


@pytest.mark.parametrize("size", [30, 100, 300])
def test_pixels_beside_the_drawing_stay(size):
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3)).astype(np.uint8)
    points = np.array([[50.0, 50], [50 + size, 50]])
    drawn = draw_keypoints(noise, points, skeleton=[(0, 1)])
    far = np.ones((400, 400), bool)
    far[40:61, 40 : 61 + size] = False
    np.testing.assert_array_equal(drawn[far], noise[far])


def test_bones_of_small_hands_are_thinner_than_a_pixel_each_side(hand):
    """A hand of 24 px: its fingers are 4 px apart and stay apart."""
    drawn = draw_keypoints(grey(40, 40, 255), hand / 10 + 5)
    row = drawn[16].astype(int)
    between = row[[9, 13, 17, 21]].min(axis=-1)
    on = row[[7, 11, 15, 19, 23]].min(axis=-1)
    assert between.min() > on.max() + 40
