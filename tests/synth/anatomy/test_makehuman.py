import numpy as np

from handypose_tf.synth.anatomy.makehuman import MakeHumanMesh, Rig, RigReader


def test_targets_move_points_and_joints_by_their_weights():
    longer = np.array([[0, 1, 0], [0, 2, 0], [0, 3, 0]], np.float32)
    wider = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]], np.float32)
    rig = Rig(
        vertices=np.zeros((2, 3), np.float32),
        joints=np.ones((1, 3), np.float32),
        weights=np.ones((2, 1), np.float32),
        targets={"longer": longer, "wider": wider},
    )
    vertices, joints = rig.shape({"longer": 0.5, "wider": -1.0, "of the feet": 9.0})
    np.testing.assert_allclose(vertices, [[-1, 0.5, 0], [-1, 1, 0]])
    np.testing.assert_allclose(joints, [[0, 2.5, 1]])
    np.testing.assert_array_equal(rig.vertices, 0)


def test_joints_are_the_middles_of_their_cubes_in_metres():
    points = np.array([(0, 0, 0), (2, 0, 0), (2, 4, 0), (0, 4, 6), (9, 9, 9)], float)
    faces = {"joint-a": np.array([[0, 1, 2]]), "body": np.array([[1, 2, 3, 4]])}
    mesh = MakeHumanMesh(points, np.zeros((0, 2)), faces, {})
    reader = RigReader(None, mesh, ["joint-a"], used=np.array([4, 3]))
    np.testing.assert_allclose(reader.joints(points), [[4 / 3, 4 / 3, 0]])
    turn = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    placed = reader.place(points, turn)
    np.testing.assert_allclose(
        placed, [(0.9, -0.9, 0.9), (0.4, 0, 0.6), (0.4 / 3, -0.4 / 3, 0)], atol=1e-7
    )
