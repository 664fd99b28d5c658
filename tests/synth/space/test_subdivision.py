import numpy as np
import pytest

from handypose_tf.synth.look.texels import child_places
from handypose_tf.synth.space.mesh import triangulate, vertex_normals
from handypose_tf.synth.space.subdivision import Subdivision

#: A cube of side 2; faces counter-clockwise seen from outside.
CUBE = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
CUBE_FACES = np.array(
    [
        (0, 1, 3, 2),
        (4, 6, 7, 5),
        (0, 4, 5, 1),
        (2, 3, 7, 6),
        (0, 2, 6, 4),
        (1, 5, 7, 3),
    ]
)


def test_one_step_on_a_cube_gives_catmull_and_clarks_points():
    step = Subdivision(CUBE_FACES, len(CUBE))
    fine = step(CUBE)
    assert (step.num_vertices, len(step.faces)) == (8 + 12 + 6, 24)
    # (F + 2 R + (n - 3) P) / n with n = 3, F = 1/3, R = 2/3 of the corner.
    np.testing.assert_allclose(fine[:8], CUBE * 5 / 9, atol=1e-6)
    edge_points = np.sort(np.abs(fine[8:20]), axis=1)
    np.testing.assert_allclose(
        edge_points, np.tile([0, 0.75, 0.75], (12, 1)), atol=1e-6
    )
    face_points = np.sort(np.abs(fine[20:]), axis=1)
    np.testing.assert_allclose(face_points, np.tile([0, 0, 1], (6, 1)), atol=1e-6)


def test_child_k_holds_its_parents_corner_k():
    step = Subdivision(CUBE_FACES, len(CUBE))
    children = step.faces.reshape(6, 4, 4)
    assert [children[:, k, k].tolist() for k in range(4)] == CUBE_FACES.T.tolist()


def test_normals_keep_pointing_outwards():
    first = Subdivision(CUBE_FACES, len(CUBE))
    second = Subdivision(first.faces, first.num_vertices)
    points = second(first(CUBE))
    normals = vertex_normals(points, second.faces)
    triangles = vertex_normals(points, triangulate(second.faces))
    outwards = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert (normals * outwards).sum(axis=1).min() > 0.97
    assert (triangles * outwards).sum(axis=1).min() > 0.95


@pytest.fixture
def grid():
    x, y = np.meshgrid(np.arange(4.0), np.arange(3.0))
    points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    first = (np.arange(2)[:, None] * 4 + np.arange(3)).ravel()
    return points, np.stack([first, first + 1, first + 5, first + 4], axis=1)


def test_an_open_mesh_keeps_a_smooth_border(grid):
    points, faces = grid
    step = Subdivision(faces, len(points))
    fine = step(points)
    assert set(step.border) == {0, 1, 2, 3, 4, 7, 8, 9, 10, 11}
    np.testing.assert_allclose(fine[1], (points[0] + 6 * points[1] + points[2]) / 8)
    np.testing.assert_allclose(fine[5], points[5], atol=1e-6)
    np.testing.assert_allclose(fine[:, 2], 0)


def test_constants_stay_constant(grid):
    points, faces = grid
    fine = Subdivision(faces, len(points))(np.full((len(points), 2), 3.5))
    np.testing.assert_allclose(fine, 3.5, rtol=1e-6)


def test_the_places_of_children_are_where_subdivision_puts_them():
    x, y = np.meshgrid(np.arange(-3.0, 5.0), np.arange(-3.0, 5.0))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    first = (np.arange(7)[:, None] * 8 + np.arange(7)).ravel()
    faces = np.stack([first, first + 1, first + 9, first + 8], axis=1)
    one = Subdivision(faces, len(points))
    two = Subdivision(one.faces, one.num_vertices)
    fine = two(one(points))
    # Inside a regular flat grid subdivision is linear; this quad is [0, 1] x [0, 1].
    quad = int(np.flatnonzero((points[faces[:, 0]] == 0).all(axis=1))[0])
    corners = fine[two.faces.reshape(-1, 16, 4)[quad]]
    np.testing.assert_allclose(corners, child_places(2), atol=1e-5)
