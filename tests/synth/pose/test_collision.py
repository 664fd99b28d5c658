import numpy as np
import pytest

from handypose_tf.synth.pose.collision import penetration, segment_distance
from handypose_tf.synth.pose.hand_skeleton import Skeleton
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posture import LIMITS


@pytest.mark.parametrize(
    ("a0", "a1", "b0", "b1", "distance"),
    [
        ((0, 0, 0), (1, 0, 0), (0.5, -1, 2), (0.5, 1, 2), 2),  # crossing
        ((0, 0, 0), (1, 0, 0), (0, 3, 0), (1, 3, 0), 3),  # parallel
        ((0, 0, 0), (1, 0, 0), (4, 4, 0), (4, 9, 0), 5),  # end to end
        ((0, 0, 0), (1, 0, 0), (0.5, 0, 0), (0.5, 1, 0), 0),  # touching
    ],
)
def test_distance_of_two_stretches(a0, a1, b0, b1, distance):
    args = [np.array([p], float) for p in (a0, a1, b0, b1)]
    np.testing.assert_allclose(segment_distance(*args), [distance], atol=1e-9)


def test_distance_is_that_of_the_nearest_of_many_points():
    rng = np.random.default_rng(1)
    ends = rng.normal(size=(4, 20, 3))
    share = np.linspace(0, 1, 201)[:, None, None]
    a = ends[0] + share * (ends[1] - ends[0])
    b = ends[2] + share * (ends[3] - ends[2])
    brute = np.linalg.norm(a[:, None] - b[None], axis=-1).min(axis=(0, 1))
    np.testing.assert_allclose(segment_distance(*ends), brute, atol=0.03)


def test_an_open_hand_is_free_and_crossed_fingers_collide(joints):
    skeleton = Skeleton(joints)
    keypoints = skeleton.keypoints(skeleton.pose(POSES["open"]))
    assert penetration(keypoints) <= 0
    crossed = keypoints.copy()
    crossed[5:9] = keypoints[9:13] + np.array([0.001, 0, 0])
    assert penetration(crossed) > 0.1


def test_penetration_does_not_depend_on_the_unit(joints):
    skeleton = Skeleton(joints)
    keypoints = skeleton.keypoints(skeleton.pose(POSES["fist"]))
    assert penetration(keypoints * 1000) == pytest.approx(penetration(keypoints))


@pytest.mark.parametrize("name", POSES)
def test_library_poses_keep_the_limits(name):
    for field, (low, high) in LIMITS.items():
        value = getattr(POSES[name], field)
        assert np.all(value >= low) and np.all(value <= high), field


def test_no_library_pose_runs_through_itself(real_anatomy):
    skeleton = Skeleton(real_anatomy.joints)
    depth = {
        name: penetration(skeleton.keypoints(skeleton.pose(pose)))
        for name, pose in POSES.items()
    }
    assert {name: d for name, d in depth.items() if d > 0.01} == {}
