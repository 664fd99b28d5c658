import numpy as np

from handypose_tf.synth.pose.collision import penetration
from handypose_tf.synth.pose.hand_skeleton import Skeleton
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.posing import draw_posture
from handypose_tf.synth.pose.posture import LIMITS


def draw(seed: int, joints: np.ndarray, base: str | None = None):
    skeleton = Skeleton(joints)
    rng = np.random.default_rng(seed)
    return draw_posture(rng, lambda p: skeleton.keypoints(skeleton.pose(p)), base)


def test_drawn_postures_keep_the_limits_and_do_not_collide(joints):
    skeleton = Skeleton(joints)
    for seed in range(60):
        posture = draw(seed, joints)
        for field, (low, high) in LIMITS.items():
            value = getattr(posture, field)
            assert np.all(value >= low) and np.all(value <= high), field
        assert penetration(skeleton.keypoints(skeleton.pose(posture))) <= 0


def test_the_same_seed_gives_the_same_posture(joints):
    a, b, other = draw(5, joints), draw(5, joints), draw(6, joints)
    np.testing.assert_array_equal(a.flexion, b.flexion)
    assert np.abs(a.flexion - other.flexion).max() > 1


def test_postures_are_spread_over_the_range_of_motion(joints):
    flexion = np.stack([draw(seed, joints).flexion for seed in range(150)])
    assert (flexion[:, :, 1].min(axis=0) < 10).all()
    assert (flexion[:, :, 1].max(axis=0) > 90).all()
    # Fingers go together: neighbours' middle joints are correlated.
    index, middle = flexion[:, 0, 1], flexion[:, 1, 1]
    assert np.corrcoef(index, middle)[0, 1] > 0.3


def test_a_given_base_is_varied_only_a_little(joints):
    for seed in range(10):
        posture = draw(seed, joints, "open")
        assert np.abs(posture.flexion - POSES["open"].flexion).max() < 25
