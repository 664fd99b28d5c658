"""Scenes out of pictures whose hands are drawn: labels lie where the hands are."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from handypose_tf.data.sample import Record
from handypose_tf.data.scenes.canvas import SceneCanvas, mirror_matrix
from handypose_tf.data.scenes.maker import (
    MAX_SCENE_HANDS,
    SceneMaker,
    SceneStyle,
    scene_boxes,
)
from handypose_tf.data.scenes.pictures import ScenePicture, group_by_picture
from handypose_tf.errors import DataError
from handypose_tf.geometry import crop_matrix
from handypose_tf.hand import HAND, IGNORED
from handypose_tf.images import read_image, write_image

SIZE = 128
RED, GREEN = (230, 20, 20), (20, 160, 60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of 90 x 120: a red bar is the hand, 12 wide and 40 high, at (60, 45)."""
    folder = tmp_path_factory.mktemp("scenes")
    picture = np.full((90, 120, 3), 120, np.uint8)
    write_image(folder / "background.png", np.full((90, 120, 3), GREEN, np.uint8))
    cv2.rectangle(picture, (54, 25), (66, 65), RED, -1)
    write_image(folder / "hand.png", picture)
    return folder


def record(folder, mask: bytes = b"") -> Record:
    """The bar's hand: wrist at its lower end, fingertips along its upper one."""
    keypoints = np.tile([[60.0, 25.0]], (21, 1))
    keypoints[0], keypoints[9] = (60, 65), (60, 45)
    keypoints[[4, 20], 0] = 54, 66
    path = str(folder / "hand.png")
    return Record("a", path, keypoints, np.ones(21), [54, 25, 12, 40], mask=mask)


def on_canvas(folder, degrees=0.0, scale=1.0, mirrored=False, **options):
    matrix = crop_matrix((60, 45), SIZE / scale, SIZE, degrees=degrees)
    if mirrored:
        matrix = mirror_matrix(SIZE) @ matrix
    canvas = SceneCanvas(SIZE)
    image = read_image(folder / "hand.png")
    canvas.paste(image, matrix, [record(folder)], **options)
    return canvas


def red_box(image):
    """The box of what is red, centre and sides in sides of the picture."""
    rows, columns = np.nonzero((image[..., 0] > 180) & (image[..., 1] < 70))
    low = np.array([columns.min(), rows.min()])
    high = np.array([columns.max(), rows.max()]) + 1
    return [*((low + high) / 2 / SIZE), *((high - low) / SIZE)]


@pytest.mark.parametrize(
    ("degrees", "scale", "mirrored", "direction"),
    [
        (0, 1.0, False, (0, -1)),
        (90, 2.0, False, (-1, 0)),
        (90, 1.5, True, (1, 0)),
        (180, 0.7, False, (0, 1)),
    ],
)
def test_labels_move_with_the_picture(folder, degrees, scale, mirrored, direction):
    canvas = on_canvas(folder, degrees, scale, mirrored)
    rows = canvas.hands(3)
    np.testing.assert_allclose(rows[0, :4], red_box(canvas.image), atol=2.5 / SIZE)
    np.testing.assert_allclose(rows[0, 4:6], direction, atol=1e-5)
    assert rows[:, 6].tolist() == [HAND, 0, 0]


def test_points_of_another_kind_tell_no_direction(folder):
    corners = np.array([[54.0, 25], [66, 25], [66, 65], [54, 65], [60, 45]])
    box = [54, 25, 12, 40]
    other = Record("a", str(folder / "hand.png"), corners, np.ones(5), box)
    canvas = SceneCanvas(SIZE)
    canvas.paste(read_image(folder / "hand.png"), np.eye(3), [other])
    [row] = canvas.hands(1)
    assert row[4:].tolist() == [0, 0, HAND]


@pytest.mark.parametrize(
    ("covered_rows", "kinds"), [(20, [HAND]), (50, [IGNORED]), (99, [])]
)
def test_what_is_pasted_over_hides_a_hand(folder, covered_rows, kinds):
    canvas = SceneCanvas(SIZE)
    hand = record(folder)
    hand.keypoints[:, 1] = np.linspace(25, 65, 21)
    canvas.paste(read_image(folder / "hand.png"), np.eye(3), [hand])
    over = read_image(folder / "background.png")
    alpha = np.zeros(over.shape[:2], np.uint8)
    alpha[:covered_rows] = 255
    canvas.paste(over, np.eye(3), alpha=alpha)
    found = canvas.hands(2)[:, 6]
    assert found[found != 0].tolist() == kinds


def test_a_hand_outside_its_cut_out_is_not_there(folder):
    alpha = np.zeros((90, 120), np.uint8)
    alpha[:, :40] = 255
    canvas = on_canvas(folder, alpha=alpha)
    assert (canvas.hands(2) == 0).all() and canvas.image[64, 64].tolist() == [0, 0, 0]


def test_tiny_hands_and_possible_ones_are_neither_hands_nor_none(folder):
    assert on_canvas(folder, scale=0.1).hands(1)[0, 6] == IGNORED
    canvas = on_canvas(folder, possible=np.array([[90.0, 60, 20, 20]]))
    rows = canvas.hands(3)
    assert rows[:, 6].tolist() == [HAND, IGNORED, 0]
    center = (np.array([100.0, 70]) - (60, 45) + 63.5 + 0.5) / SIZE
    np.testing.assert_allclose(rows[1, :4], [*center, 20 / SIZE, 20 / SIZE], rtol=1e-5)


@pytest.fixture
def maker(folder):
    mask = np.zeros((90, 120), np.uint8)
    mask[25:66, 54:67] = 255
    png = cv2.imencode(".png", mask)[1].tobytes()
    pictures = group_by_picture([record(folder, png)])
    background = [folder / "background.png"]
    return SceneMaker([(pictures, 1.0), ([], 9.0)], background, SceneStyle(empty=0.1))


def test_scenes_depend_on_their_seed_alone(maker):
    image, hands = maker.make(SIZE, (1, 5))
    again, same = maker.make(SIZE, (1, 5))
    np.testing.assert_array_equal(image, again)
    np.testing.assert_array_equal(hands, same)
    other, _ = maker.make(SIZE, (1, 6))
    assert (image != other).any()


def test_labelled_hands_are_red(maker):
    """At the centre of nearly every labelled hand there is the bar."""
    right = kinds = 0
    sizes = []
    for number in range(60):
        image, hands = maker.make(SIZE, (2, number))
        assert image.shape == (SIZE, SIZE, 3) and hands.shape == (MAX_SCENE_HANDS, 7)
        for x, y, width, height, *_ in hands[hands[:, 6] == HAND]:
            column, row = np.clip([int(x * SIZE), int(y * SIZE)], 0, SIZE - 1)
            red, green, _ = image[row, column].astype(int)
            right += red - green > 40
            kinds += 1
            sizes.append(max(width, height))
    assert kinds > 40 and right / kinds > 0.85
    assert min(sizes) < 0.12 and max(sizes) > 0.5


def test_pictures_are_grouped(folder):
    path = str(folder / "hand.png")
    [picture] = group_by_picture([record(folder)] * 2, {path: np.ones((1, 4))})
    assert isinstance(picture, ScenePicture) and len(picture.records) == 2
    np.testing.assert_array_equal(picture.possible, np.ones((1, 4)))


def test_places_without_a_hand_are_not_grouped(folder):
    hand = record(folder)
    [picture] = group_by_picture([replace(hand, visibility=-hand.visibility), hand])
    assert picture.records == (hand,)


def test_nothing_to_make_scenes_of():
    with pytest.raises(DataError, match="scenes need pictures with hands and back"):
        SceneMaker([([], 1.0)], [])


def test_boxes_of_a_scene_are_in_its_pixels():
    hands = np.zeros((MAX_SCENE_HANDS, 7), np.float32)
    hands[0] = (0.5, 0.25, 0.2, 0.1, 0, 0, HAND)
    hands[1] = (0.1, 0.9, 0.1, 0.1, 0, 0, IGNORED)
    found, ignored = scene_boxes(hands, 100)
    # The centre of a side of 100 pixels is at 49.5.
    np.testing.assert_allclose(found, [[39.5, 19.5, 20, 10]], atol=1e-4)
    np.testing.assert_allclose(ignored, [[4.5, 84.5, 10, 10]], atol=1e-4)
