import numpy as np
import pytest

from handypose_tf.synth.pose.arms import solve_arm
from handypose_tf.synth.pose.stance import ArmPose


def reaching(place, palm=(1.0, 0, 0)):
    return ArmPose(np.array(place), np.array([-0.4, -1, 0.0]), np.array(palm))


def ends(transform, *points):
    return [transform[:, :3] @ point + transform[:, 3] for point in points]


@pytest.mark.parametrize(
    "place", [(-0.3, 0.3, 0.3), (0.0, 0.25, 0.28), (-0.35, 0.75, 0.1), (-0.2, 0.7, 0.2)]
)
def test_the_wrist_comes_to_where_it_is_sent(rest, place):
    arm = solve_arm(rest, reaching(place))
    (wrist,) = ends(arm["wrist"], rest["wrist"])
    np.testing.assert_allclose(wrist, place, atol=1e-9)


def test_the_bones_of_an_arm_meet_and_keep_their_length(rest):
    arm = solve_arm(rest, reaching((-0.3, 0.3, 0.3)))
    _, elbow = ends(arm["upperarm02"], rest["shoulder"], rest["elbow"])
    start, end = ends(arm["lowerarm01"], rest["elbow"], rest["wrist"])
    (wrist,) = ends(arm["wrist"], rest["wrist"])
    np.testing.assert_allclose(elbow, start, atol=1e-9)
    np.testing.assert_allclose(end, wrist, atol=1e-9)
    for transform in arm.values():
        turn = transform[:, :3]
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(turn) == pytest.approx(1)


def test_out_of_reach_the_arm_points_at_the_place(rest):
    far = rest["shoulder"] + np.array([0.0, 0, 5])
    arm = solve_arm(rest, reaching(far))
    (wrist,) = ends(arm["wrist"], rest["wrist"])
    towards = wrist - rest["shoulder"]
    assert towards @ [0, 0, 1] / np.linalg.norm(towards) > 0.999
