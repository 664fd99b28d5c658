"""Rendering, and its labels against a second way of projecting.

VTK and TensorFlow cannot share a process, so everything is drawn in another one.
"""

import numpy as np
import pytest

from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation
from handypose_tf.synth.world.things import Material, ball, box

BLUE = Material(np.array([[[0.02, 0.05, 0.6]]], np.float32))


@pytest.fixture(scope="module")
def jobs(render_process):
    """Calls a function of `render_jobs` in the other process."""
    return render_process


@pytest.fixture(scope="module")
def hands(jobs, real_anatomy):
    """The same, for what needs the real hand."""
    return jobs


def test_triangles_are_seen_where_numpy_projects_them(jobs):
    turn = rotation([1, 2, 3], 30)
    camera = Camera(160, 120, 150.0, turn, np.array([0, 0, 1.0]), 0.05)
    shape = np.array([(-0.03, -0.02, 0), (0.03, -0.02, 0), (0, 0.04, 0)]) @ turn
    x, y = np.meshgrid(np.linspace(-0.3, 0.3, 5), np.linspace(-0.2, 0.2, 4))
    middles = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1) @ turn
    points = camera.view((middles[:, None] + shape).reshape(-1, 3))
    seen = jobs("rasterise", points, np.arange(60).reshape(-1, 3), camera)
    for number, middle in enumerate(camera.project(middles)):
        rows, columns = np.nonzero(seen == number)
        assert len(rows) > 30
        assert columns.mean() == pytest.approx(middle[0], abs=0.3)
        assert rows.mean() == pytest.approx(middle[1], abs=0.3)


def test_projection_agrees_with_vtks_own_matrix(jobs):
    """VTK's normalised device coordinates run from -1 to 1 over the window, y up."""
    turn = rotation([3, 1, 2], 50)
    camera = Camera(160, 120, 150.0, turn, np.array([0.1, 0, 1.0]))
    world = np.random.default_rng(1).uniform(-0.2, 0.2, (20, 3))
    seen = camera.view(world)
    clip = np.column_stack([seen, np.ones(20)]) @ jobs("vtk_matrix", seen, camera).T
    device = clip[:, :2] / clip[:, 3:]
    pixels = (device * [1, -1] + 1) / 2 * [160, 120] - 0.5
    np.testing.assert_allclose(camera.project(world), pixels, atol=0.01)


def test_the_nearer_triangle_hides_the_other(jobs):
    camera = Camera(32, 32, 32.0, np.eye(3), np.zeros(3))
    near = np.array([(-1, -1, 2), (1, -1, 2), (0, 1, 2)], np.float32)
    points = np.concatenate([near * [1, 1, 2], near]).astype(np.float32)
    seen = jobs("rasterise", points, np.array([[0, 1, 2], [3, 4, 5]]), camera)
    assert seen[14, 15] == 1 and seen[31, 0] == -1


def test_fragments_interpolate_with_perspective(jobs):
    camera = Camera(64, 64, 64.0, np.eye(3), np.zeros(3))
    points = np.array([(-2, -1, 2), (2, -1, 2), (0, 3, 6)], np.float32)
    found, rays = jobs("interpolate", points, np.array([[0, 1, 2]]), camera)
    assert len(found) > 500
    np.testing.assert_allclose(found, rays * found[:, 2:], atol=0.02)
    # All lie in the triangle's plane, y = z - 3.
    np.testing.assert_allclose(found[:, 1], found[:, 2] - 3, atol=0.02)


@pytest.mark.parametrize("name", ["open", "fist", "point", "ok", "grip_ball"])
def test_joints_lie_inside_the_hands_silhouette(hands, name):
    rendering = hands("render", name)
    columns, rows = np.rint(rendering.keypoints[0]).astype(int).T
    assert (rendering.skin[rows, columns] == 1).all()


def test_of_an_open_palm_all_joints_are_seen(hands):
    assert hands("render", "open").is_seen.all()


def test_from_behind_a_fist_hides_its_fingertips(hands):
    seen = hands("render", "fist", turn=180.0).is_seen[0]
    assert not seen[[8, 12, 16, 20]].any() and seen[[9, 13]].all()


def test_what_stands_in_front_hides_joints(hands):
    joints, towards = hands("keypoints_3d", "open")
    cover = ball(joints[12] + 0.1 * towards, [0.015] * 3, BLUE)
    seen = hands("render", "open", things=(cover,)).is_seen[0]
    assert not seen[12] and seen[[0, 4, 8, 16, 20]].all()


def test_joints_outside_the_picture_are_not_seen(hands):
    assert not hands("render", "open", aside=0.4).is_seen.any()


def test_coverage_has_soft_edges_and_colour_is_premultiplied(hands):
    rendering = hands("render", "open")
    assert set(np.unique(rendering.coverage)) == {0, 0.25, 0.5, 0.75, 1}
    assert rendering.colour[rendering.coverage == 0].max() == 0
    inside = rendering.colour[rendering.coverage == 1]
    red, green, blue = inside.mean(axis=0)
    assert red > green > blue > 0.02


def test_a_box_shows_its_own_colour(hands):
    plate = box([0, 0.08, -0.2], np.eye(3), [0.05, 0.05, 0.05], BLUE)
    rendering = hands("render", "open", things=(plate,))
    covered = (rendering.coverage == 1) & (rendering.skin == 0)
    colour = rendering.colour[covered].mean(axis=0)
    assert covered.sum() > 500 and colour[2] > 4 * colour[0]


def test_a_mirrored_hand_is_a_mirrored_picture(hands):
    right, left = (hands("render", "victory", mirrored=m) for m in (False, True))
    width = right.coverage.shape[1]
    flipped = width - 1 - right.keypoints[..., 0]
    np.testing.assert_allclose(left.keypoints[..., 0], flipped, atol=1e-3)
    assert np.abs(left.coverage[:, ::-1] - right.coverage).mean() < 2e-3


def test_a_sample_depends_on_seed_and_index_alone(hands):
    first = hands("sample", 3, 7)
    hands("sample", 3, 8)
    again = hands("sample", 3, 7)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.hands[0].keypoints, again.hands[0].keypoints)
    other = hands("sample", 4, 7)
    assert np.abs(first.image.astype(int) - other.image).mean() > 5


@pytest.mark.parametrize("index", range(4))
def test_left_samples_are_mirrored_right_ones(hands, index):
    right, left = (hands("sample", 1, index, _MIRROR_SHARE=s) for s in (0.0, 1.0))
    np.testing.assert_array_equal(left.image[:, ::-1], right.image)
    for a, b in zip(right.hands, left.hands, strict=True):
        assert (a.is_left, b.is_left) in [(False, True), (True, False)]
        np.testing.assert_allclose(b.keypoints[:, 0], 95 - a.keypoints[:, 0], 1e-4)
        np.testing.assert_array_equal(a.visibility, b.visibility)


@pytest.mark.parametrize("index", range(8))
def test_labels_are_complete(hands, index):
    sample = hands("sample", 9, index)
    assert sample.image.shape == (96, 96, 3) and sample.image.dtype == np.uint8
    for hand in sample.hands:
        inside = ((hand.keypoints > -0.5) & (hand.keypoints < 95.5)).all(axis=1)
        np.testing.assert_array_equal(hand.visibility > 0, inside)
        assert inside.sum() >= 12 and (hand.visibility == 2).sum() >= 6
        low = hand.keypoints[inside].min(axis=0)
        np.testing.assert_allclose(hand.box[:2], low, atol=1e-4)
