"""Whole people: their arms and both sides, and the labels of pictures of them."""

import numpy as np
import pytest

from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.synth.anatomy.arm import WHEEL
from handypose_tf.synth.anatomy.body import JOINTS, load_body
from handypose_tf.synth.pose.arms import solve_arm
from handypose_tf.synth.pose.hand_skeleton import skin
from handypose_tf.synth.pose.human_skeleton import MIRROR, HumanSkeleton
from handypose_tf.synth.pose.poses import POSES
from handypose_tf.synth.pose.stance import ArmPose, LegPose, Stance
from handypose_tf.synth.pose.stances import draw_stance
from handypose_tf.synth.world.dress import Wardrobe, cut


@pytest.fixture(scope="session")
def body(real_anatomy):
    return load_body(cache_folder() / WHEEL)


@pytest.fixture
def rest(body):
    return dict(zip(JOINTS, body.joints.astype(float), strict=True))


@pytest.fixture(scope="session")
def people(real_anatomy, render_process):
    return render_process


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
    arm, leg = reaching((-0.3, 0.3, 0.3)), LegPose(40, 8, 50)
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
    stance = Stance((reaching((-0.3, 0.3, 0.3)),) * 2, (POSES["open"],) * 2)
    transforms, hands = HumanSkeleton(body.joints).pose(stance)
    posed = skin(body.vertices, body.weights, transforms)
    for joints in hands:
        gaps = np.linalg.norm(joints[:, None] - posed, axis=-1).min(axis=1)
        assert gaps[1:].max() < 0.02 and gaps[0] < 0.035


def test_drawn_stances_keep_the_wrist_s_limits(body):
    skeleton = HumanSkeleton(body.joints)
    rng = np.random.default_rng(0)
    for _ in range(20):
        stance = draw_stance(rng, skeleton.rest, skeleton.hand_keypoints)
        bends = np.array([arm.bend for arm in stance.arms])
        assert (np.abs(bends[:, 0]) <= 65).all() and (np.abs(bends[:, 1]) <= 30).all()


def test_a_shirt_covers_the_trunk_and_stops_at_the_sleeve(body, rest):
    wardrobe = Wardrobe(body)
    covered = wardrobe.shirt(hem=-0.1, neck=1.0, sleeve=0.5) > 0
    near = np.linalg.norm(body.vertices - rest["spine03"], axis=1) < 0.12
    assert covered[near].all()
    assert not covered[
        np.linalg.norm(body.vertices - rest["wrist"], axis=1) < 0.1
    ].any()
    assert not covered[wardrobe.on_head].any()


def test_a_hem_is_drawn_back_to_where_the_depth_is_0():
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], float)
    depth = np.array([0.5, 0.5, -1.5, -0.5])
    hem = cut(points, depth, np.array([[0, 1, 2, 3]]))
    np.testing.assert_allclose(hem[:, 1], [0, 0, 0.25, 0.5])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_seen_of_a_hand_lies_on_skin(people, seed):
    rendering = people("people_rendering", seed)
    points = rendering.keypoints[rendering.is_seen]
    columns, rows = np.rint(points).astype(int).T
    assert (rendering.coverage[rows, columns] == 1).all()
    assert rendering.skin[rows, columns].mean() > 0.9


def test_a_picture_of_people_depends_on_seed_and_index_alone(people):
    first = people("people_sample", 3, 1)
    people("people_sample", 3, 2)
    again = people("people_sample", 3, 1)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.hands[0].keypoints, again.hands[0].keypoints)


@pytest.mark.parametrize("index", range(3))
def test_hands_are_marked_as_hidden_where_little_is_seen(people, index):
    hands = people("people_sample", 3, index).hands
    assert max((hand.visibility == 2).sum() for hand in hands) >= 10
    for hand in hands:
        num_seen = (hand.visibility == 2).sum()
        tiny = hand.box[2:].max() < 0.025 * 192
        assert hand.is_hidden == (num_seen < 6 or tiny)
