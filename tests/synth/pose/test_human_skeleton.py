import numpy as np
import pytest

from handypose_tf.synth.pose.hand_skeleton import skin
from handypose_tf.synth.pose.human_skeleton import MIRROR, HumanSkeleton
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.stance import ArmPose, LegPose, Stance
from handypose_tf.synth.pose.stances import draw_stance

REACHING = ArmPose(
    np.array([-0.3, 0.3, 0.3]), np.array([-0.4, -1, 0]), np.array([1.0, 0, 0])
)


@pytest.mark.parametrize("palm", [(1, 0, 0), (0.7, 0, -0.7), (0.7, 0.7, 0)])
def test_the_palm_faces_where_the_forearm_can_turn_it(body, palm):
    arm = ArmPose(np.array([-0.2, 0.25, 0.3]), np.array([-0.2, -1, 0]), np.array(palm))
    stance = Stance((arm, arm), (POSES["flat"], POSES["flat"]))
    _, (right, _) = HumanSkeleton(body.joints).pose(stance)
    along = right[9] - right[0]
    faces = np.cross(right[5] - right[0], right[17] - right[0])
    wanted = np.asarray(palm) - along * (along @ palm) / (along @ along)
    cosine = faces @ wanted / np.linalg.norm(faces) / np.linalg.norm(wanted)
    assert cosine > 0.9


def test_the_left_side_mirrors_the_right(body):
    arm, leg = REACHING, LegPose(40, 8, 50)
    hands = (POSES["victory"], POSES["victory"])
    stance = Stance((arm, arm), hands, (leg, leg))
    transforms, (right, left) = HumanSkeleton(body.joints).pose(stance)
    np.testing.assert_allclose(left, right @ MIRROR, atol=1e-9)
    posed = skin(body.vertices, body.weights, transforms)
    part = np.unique(body.parts["body"].vertices)
    np.testing.assert_allclose(
        posed[body.mirrored[part]], posed[part] @ MIRROR, atol=2e-3
    )


def test_a_hand_s_keypoints_lie_in_its_flesh(body):
    stance = Stance((REACHING,) * 2, (POSES["open"],) * 2)
    transforms, hands = HumanSkeleton(body.joints).pose(stance)
    posed = skin(body.vertices, body.weights, transforms)
    for joints in hands:
        gaps = np.linalg.norm(joints[:, None] - posed, axis=-1).min(axis=1)
        assert gaps[1:].max() < 0.02 and gaps[0] < 0.035


def test_drawn_stances_keep_the_wrist_s_limits(body):
    skeleton = HumanSkeleton(body.joints)
    rng = np.random.default_rng(0)
    for _ in range(20):
        stance = draw_stance(rng, skeleton.rest, skeleton.hand.pose_keypoints)
        bends = np.array([arm.bend for arm in stance.arms])
        assert (np.abs(bends[:, 0]) <= 65).all() and (np.abs(bends[:, 1]) <= 30).all()
