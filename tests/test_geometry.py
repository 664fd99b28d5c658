"""The pixel convention, worked by hand and held by properties."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handypose_tf.geometry import (
    box_center,
    box_overlaps,
    box_region,
    crop_matrix,
    image_box,
    is_inside,
    keep_apart,
    letterbox_matrix,
    tight_box,
    transform_points,
    warp_image,
)

coordinate = st.floats(-2000, 2000, width=32)
points = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=21)
side = st.floats(1, 3000)
degrees = st.floats(-720, 720)


def test_of_boxes_that_overlap_the_first_is_kept():
    # 10 wide and shifted by 4 they share 6 of 14, shifted by 3 they share 7 of 13.
    assert keep_apart([[0, 0, 10, 10], [4, 0, 10, 10]], 0.5) == [0, 1]
    assert keep_apart([[0, 0, 10, 10], [3, 0, 10, 10]], 0.5) == [0]
    # The third overlaps only the second, which is left out.
    chain = [[0, 0, 10, 10], [3, 0, 10, 10], [6, 0, 10, 10]]
    assert keep_apart(chain, 0.5) == [0, 2]
    assert keep_apart([], 0.5) == []


def test_a_picture_spans_half_a_pixel_beyond_its_centres():
    np.testing.assert_array_equal(image_box(640, 480), [-0.5, -0.5, 640, 480])
    np.testing.assert_array_equal(box_center(image_box(640, 480)), [319.5, 239.5])


def test_tight_box():
    hand = [[3, 9], [7, 2], [100, 100]]
    np.testing.assert_array_equal(tight_box(hand), [3, 2, 97, 98])
    np.testing.assert_array_equal(tight_box(hand, [1, 0.5, 0]), [3, 2, 4, 7])
    with pytest.raises(ValueError, match="at least one visible point"):
        tight_box(hand, [0, 0, 0])


@given(points)
def test_a_tight_box_holds_its_points_and_no_less(hand):
    x, y, width, height = tight_box(hand)
    array = np.asarray(hand, np.float32)
    assert (array >= [x, y]).all() and width >= 0 and height >= 0
    np.testing.assert_allclose([x + width, y + height], array.max(axis=0), atol=1e-3)


def test_a_crop_worked_by_hand():
    """4 picture pixels to 8: the edges 7.5 and 11.5 fall on the edges -.5 and 7.5."""
    matrix = crop_matrix((9.5, 20), 4, 8)
    moved = transform_points([[7.5, 18], [9.5, 20], [11.5, 22]], matrix)
    np.testing.assert_allclose(moved, [[-0.5, -0.5], [3.5, 3.5], [7.5, 7.5]])


def test_a_quarter_turn_is_counter_clockwise_on_the_screen():
    """What is right of the centre goes to its top."""
    matrix = crop_matrix((50, 50), 20, 20, degrees=90)
    np.testing.assert_allclose(
        transform_points([[54, 50], [50, 46]], matrix), [[9.5, 5.5], [5.5, 9.5]]
    )


@given(coordinate, coordinate, side, st.integers(1, 512), degrees)
def test_a_crop_keeps_its_centre_and_its_scale(x, y, width, size, turn):
    matrix = crop_matrix((x, y), width, size, degrees=turn)
    middle = (size - 1) / 2
    found = transform_points([[x, y]], matrix)
    np.testing.assert_allclose(found, [[middle, middle]], atol=0.01)
    scale = np.sqrt(np.linalg.det(matrix[:2, :2]))
    assert scale == pytest.approx(size / width, rel=1e-9)


@given(points, coordinate, coordinate, st.floats(50, 3000), degrees)
def test_the_way_back(hand, x, y, width, turn):
    matrix = crop_matrix((x, y), width, 256, degrees=turn)
    there = transform_points(hand, matrix)
    back = transform_points(there, np.linalg.inv(matrix))
    np.testing.assert_allclose(back, np.asarray(hand, np.float32), atol=0.02)


@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_a_crop_needs_a_side(bad):
    with pytest.raises(ValueError, match="`side` must be positive"):
        crop_matrix((0, 0), bad, 8)


def test_a_box_is_cropped_to_its_longer_side():
    matrix = box_region([10, 20, 40, 80], scale=1.5).matrix(60)
    moved = transform_points([[30, 60], [30, 20]], matrix)
    np.testing.assert_allclose(moved, [[29.5, 29.5], [29.5, 9.5]])


def test_projective_matrices():
    matrix = [[1, 0, 0], [0, 1, 0], [0.5, 0, 1]]
    np.testing.assert_allclose(transform_points([[2, 4]], matrix), [[1, 2]])
    assert transform_points(np.zeros((2, 3, 2)), np.eye(3)).shape == (2, 3, 2)
    assert transform_points([[1, 2]], np.eye(3)).dtype == np.float32


def ramp(width: int, height: int) -> np.ndarray:
    """Return a picture whose two channels are each pixel's own x and y."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.stack([x, y], axis=-1)


@pytest.mark.parametrize("scale", [0.05, 0.11, 0.3, 0.49, 0.51, 0.9, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("turn", [0, 33, 90])
def test_image_and_points_move_alike(scale, turn):
    """Also where the picture is averaged down first: no part of a pixel is lost."""
    width, height, size = 900, 700, 24
    center = (width / 2, height / 2)
    matrix = crop_matrix(center, size / scale, size, degrees=turn)
    found = warp_image(ramp(width, height), matrix, size)
    y, x = np.mgrid[:size, :size]
    source = transform_points(np.stack([x, y], -1), np.linalg.inv(matrix))
    # OpenCV places its samples on 1/32 pixel of what it reads.
    tolerance = max(1, np.floor(1 / scale)) / 32 + 0.01
    inside = ((source > 25) & (source < [width - 25, height - 25])).all(axis=-1)
    assert inside.mean() > 0.5
    assert np.abs(found - source)[inside].max() <= tolerance


def test_a_strong_reduction_averages():
    """A fine chequerboard becomes grey and not a moire."""
    board = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
    matrix = crop_matrix(box_center(image_box(512, 512)), 512, 32)
    small = warp_image(board[..., None], matrix, 32)
    assert small.shape == (32, 32, 1)
    assert np.abs(small[1:-1, 1:-1].astype(int) - 127).max() <= 2


@pytest.mark.parametrize("shape", [(40, 50), (40, 50, 1), (40, 50, 3), (40, 50, 4)])
def test_channels_stay(shape):
    image = np.full(shape, 200, np.uint8)
    for width in (20, 200):
        warped = warp_image(image, crop_matrix((25, 20), width, 16), 16)
        assert warped.shape == (16, 16, *shape[2:]) and warped.dtype == np.uint8
    assert warp_image(image, np.eye(3), (5, 9)).shape[:2] == (5, 9)


def test_outside_the_picture_is_black():
    image = np.full((40, 40, 3), 255, np.uint8)
    for width in (20, 400):
        assert not warp_image(image, crop_matrix((900, 900), width, 16), 16).any()
    half = warp_image(image, crop_matrix((-0.5, 19.5), 20, 20), 20)
    assert not half[:, :9].any() and (half[:, 11:] == 255).all()


def test_a_picture_of_one_pixel():
    """The nearest sample lies 1/16 pixel off its centre, in x and in y."""
    image = np.full((1, 1, 3), 80, np.uint8)
    warped = warp_image(image, crop_matrix((0, 0), 1, 8), 8)
    assert warped.shape == (8, 8, 3) and 66 < warped.max() <= 80


def test_area_averaging_agrees_with_opencv_on_whole_blocks():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    matrix = crop_matrix(box_center(image_box(64, 64)), 64, 16)
    expected = cv2.resize(image, (16, 16), interpolation=cv2.INTER_AREA)
    found = warp_image(image, matrix, 16)
    assert np.abs(found.astype(int) - expected)[1:-1, 1:-1].max() <= 1


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((0, 0, 2, 2), 1.0),
        ((1, 0, 2, 2), 1 / 3),
        ((1, 1, 2, 2), 1 / 7),
        ((2, 0, 2, 2), 0.0),
        ((5, 5, 1, 1), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other, expected):
    found = box_overlaps((0, 0, 2, 2), [other])
    np.testing.assert_allclose(found, [expected])


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        ((-0.5, -0.5), True),  # the left and upper edge belong to the picture,
        ((639.4, 479.4), True),
        ((639.5, 0), False),  # the others do not
        ((0, 479.5), False),
        ((-0.6, 5), False),
        ((float("nan"), 5), False),
    ],
)
def test_a_picture_reaches_half_a_pixel_beyond_its_centres(point, inside):
    assert is_inside([[point, (1, 1)]], 640, 480).tolist() == [[inside, True]]


def test_boxes_without_area_do_not_overlap():
    assert box_overlaps((1, 1, 0, 0), [(1, 1, 0, 0)]).tolist() == [0.0]


@pytest.mark.parametrize(
    ("width", "height", "corner"),
    [(640, 480, (-0.5, 31.5)), (480, 640, (31.5, -0.5)), (256, 256, (-0.5, -0.5))],
)
def test_a_letterbox_holds_the_whole_picture_in_its_middle(width, height, corner):
    corners = [[-0.5, -0.5], [width - 0.5, height - 0.5]]
    low, high = transform_points(corners, letterbox_matrix(width, height, 256))
    np.testing.assert_allclose(low, corner, atol=1e-4)
    np.testing.assert_allclose(high, np.subtract(255, corner), atol=1e-4)
