import numpy as np
import pytest

from handypose_tf.synth.space.camera import Camera
from handypose_tf.synth.space.transforms import rotation

TURN = rotation([1, 2, 3], 40)
SHIFT = np.array([0.02, -0.05, 0.7])
POINTS = np.random.default_rng(0).uniform(-0.1, 0.1, (50, 3))


def camera(**changes) -> Camera:
    settings = {"width": 320, "height": 240, "focal": 400.0} | changes
    return Camera(rotation=TURN, translation=SHIFT, **settings)


def test_projection_is_that_of_the_3x4_matrix():
    intrinsic = np.array([[400, 0, 159.5], [0, 400, 119.5], [0, 0, 1]])
    matrix = intrinsic @ np.column_stack([TURN, SHIFT])
    homogeneous = np.column_stack([POINTS, np.ones(len(POINTS))]) @ matrix.T
    expected = homogeneous[:, :2] / homogeneous[:, 2:]
    np.testing.assert_allclose(camera().project(POINTS), expected, atol=1e-3)


def test_the_middle_of_the_picture_is_between_its_middle_pixels():
    straight = Camera(256, 256, 300.0, np.eye(3), np.zeros(3))
    np.testing.assert_allclose(straight.project([0, 0, 1.0]), [127.5, 127.5])


def test_rays_lead_back_to_the_points():
    seen = camera().view(POINTS)
    x, y = camera().to_pixels(seen).T
    rays = camera().rays(x, y)
    np.testing.assert_allclose(rays * seen[:, 2:], seen, atol=1e-5)


@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_camera_sees_the_same(factor):
    """Pixel p covers p - 0.5 .. p + 0.5; finer pixels lie around f (p + .5) - .5."""
    coarse, fine = camera().project(POINTS), camera().scaled(factor).project(POINTS)
    np.testing.assert_allclose(fine, factor * (coarse + 0.5) - 0.5, atol=1e-3)


def test_distortion_moves_points_by_the_cube_of_their_angle():
    plain, bent = camera(), camera(distortion=-0.1)
    middle = np.array([159.5, 119.5])
    radius = np.linalg.norm(plain.project(POINTS) - middle, axis=1) / 400
    moved = np.linalg.norm(bent.project(POINTS) - middle, axis=1) / 400
    np.testing.assert_allclose(moved, radius * (1 - 0.1 * radius**2), rtol=1e-4)
    np.testing.assert_allclose(bent.view(POINTS)[:, 2], plain.view(POINTS)[:, 2])
