from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_hand import made_up_joints

from handypose_tf.hand import FINGER_KEYPOINTS
from handypose_tf.synth.anatomy.arm import BONES
from handypose_tf.synth.pose.hand_skeleton import Skeleton, skin
from handypose_tf.synth.pose.posture import LIMITS, Posture, blend, clip_posture
from handypose_tf.synth.pose.rest_pose import finger_chain, knuckle_back, rest_joints

NAMES = list(BONES)


def posed_chain(joints: np.ndarray, posture: Posture, finger: int) -> np.ndarray:
    """A finger's four rig joints after posing, each moved by the bone it begins."""
    transforms = Skeleton(joints).pose(posture)
    chain = np.stack(finger_chain(rest_joints(joints), finger))
    bones = [NAMES.index(f"finger{finger}-{bone}") for bone in (1, 2, 3, 3)]
    moved = transforms[bones]
    return np.einsum("kij,kj->ki", moved[:, :, :3], chain) + moved[:, :, 3]


def angle(a: np.ndarray, b: np.ndarray) -> float:
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def flat(**changes) -> Posture:
    still = Posture(flexion=np.zeros((4, 3)), spread=np.zeros(4))
    return replace(still, **changes)


@pytest.mark.parametrize("finger", [2, 3, 4, 5])
def test_a_straight_finger_lies_along_the_hand_in_the_palms_plane(joints, finger):
    steps = np.diff(posed_chain(joints, flat(), finger), axis=0)
    unit = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    np.testing.assert_allclose(unit, np.tile([0, 1, 0], (3, 1)), atol=1e-6)


@pytest.mark.parametrize("finger", [2, 3, 4, 5])
@pytest.mark.parametrize("bend", [(90, 0, 0), (30, 70, 40), (-15, 100, 60)])
def test_the_angles_between_bones_are_those_of_the_posture(joints, finger, bend):
    flexion = np.zeros((4, 3))
    flexion[finger - 2] = bend
    chain = posed_chain(joints, flat(flexion=flexion), finger)
    first, second, third = np.diff(chain, axis=0)
    assert angle(first, np.array([0, 1, 0])) == pytest.approx(abs(bend[0]), abs=1e-4)
    assert angle(first, second) == pytest.approx(bend[1], abs=1e-3)
    assert angle(second, third) == pytest.approx(bend[2], abs=1e-3)


@pytest.mark.parametrize("finger", [2, 3, 4, 5])
def test_fingers_bend_towards_the_palm(joints, finger):
    chain = posed_chain(joints, flat(flexion=np.full((4, 3), 60.0)), finger)
    assert ((chain[1:] - chain[0]) @ knuckle_back(finger) < -0.01).all()


def test_spread_turns_a_straight_finger_towards_the_little_finger(joints):
    chain = posed_chain(joints, flat(spread=np.array([0, 0, 0, 20.0])), 5)
    x, y, _ = chain[3] - chain[0]
    assert np.degrees(np.arctan2(x, y)) == pytest.approx(20, abs=1)


@pytest.mark.parametrize(("spread", "lift"), [(0, 0), (60, 0), (30, 45), (10, 60)])
def test_the_thumbs_metacarpal_points_where_the_posture_says(joints, spread, lift):
    posture = flat(thumb_spread=spread, thumb_lift=lift)
    step = np.diff(posed_chain(joints, posture, 1), axis=0)[0]
    step /= np.linalg.norm(step)
    assert np.degrees(np.arcsin(-step[2])) == pytest.approx(lift, abs=1e-3)
    assert np.degrees(np.arctan2(-step[0], step[1])) == pytest.approx(spread, abs=1e-3)


def test_the_wrist_moves_the_arm_and_not_the_hand(joints):
    skeleton = Skeleton(joints)
    still, bent = (
        skeleton.pose(flat(wrist=np.array(wrist, float), twist=twist, elbow=elbow))
        for wrist, twist, elbow in (((0, 0), 0, 0), ((50, 20), 40, 30))
    )
    arm = [NAMES.index(bone) for bone in NAMES if "arm" in bone]
    hand = [NAMES.index(bone) for bone in NAMES if "arm" not in bone]
    np.testing.assert_allclose(still[hand], bent[hand])
    assert np.abs(still[arm] - bent[arm]).max() > 0.1
    elbow = made_up_joints()[1]
    forearm = bent[NAMES.index("lowerarm02")]
    # Bending towards the palm brings the forearm to the palm's side.
    assert (forearm[:, :3] @ elbow + forearm[:, 3])[2] < elbow[2] - 0.1


angles = st.floats(0, 1)


@settings(max_examples=30, deadline=None)
@given(shares=st.lists(angles, min_size=12, max_size=12), thumb=angles)
def test_bones_keep_their_lengths(shares, thumb):
    low, high = (np.asarray(limit) for limit in LIMITS["flexion"])
    flexion = low + np.reshape(shares, (4, 3)) * (high - low)
    posture = flat(flexion=flexion, thumb_roll=70 * thumb, thumb_lift=50 * thumb)
    joints = made_up_joints()
    for finger in range(1, 6):
        rest = np.stack(finger_chain(rest_joints(joints), finger))
        posed = posed_chain(joints, posture, finger)
        lengths = [np.linalg.norm(np.diff(c, axis=0), axis=1) for c in (rest, posed)]
        np.testing.assert_allclose(*lengths, atol=1e-9)


def test_keypoints_are_in_canonical_order_and_inside_the_fingers(joints):
    skeleton = Skeleton(joints)
    keypoints = skeleton.keypoints(skeleton.pose(flat()))
    assert keypoints.shape == (21, 3)
    ends = np.stack([posed_chain(joints, flat(), f)[3] for f in range(1, 6)])
    for end, chain in zip(ends, FINGER_KEYPOINTS.values(), strict=True):
        reach = keypoints[list(chain)] @ [0, 1, 0]
        assert (np.diff(reach) > 0).all()
        # The mark of a tip is in its pad, 4 to 12 mm before the finger's end.
        assert 0.004 < np.linalg.norm(keypoints[chain[-1]] - end) < 0.012
    assert keypoints[5, 0] < keypoints[9, 0] < keypoints[13, 0] < keypoints[17, 0]
    assert 0.005 < keypoints[0, 1] < 0.025


def test_skinning_blends_the_bones():
    transforms = np.tile(np.eye(3, 4), (2, 1, 1))
    transforms[1, :, 3] = [0, 2, 0]
    weights = np.array([[1, 0], [0.5, 0.5], [0, 1]])
    moved = skin(np.zeros((3, 3)), weights, transforms)
    np.testing.assert_allclose(moved, [[0, 0, 0], [0, 1, 0], [0, 2, 0]])


def test_clip_posture_keeps_the_limits():
    wild = Posture(flexion=np.full((4, 3), 500.0), thumb_lift=-300.0, twist=999.0)
    clipped = clip_posture(wild)
    np.testing.assert_array_equal(clipped.flexion, LIMITS["flexion"][1])
    assert clipped.thumb_lift == LIMITS["thumb_lift"][0]
    assert clipped.twist == LIMITS["twist"][1]


def test_blend_goes_from_one_posture_to_the_other():
    a, b = flat(thumb_lift=0.0), flat(thumb_lift=40.0)
    assert [blend(a, b, share).thumb_lift for share in (0, 0.25, 1)] == [0, 10, 40]
