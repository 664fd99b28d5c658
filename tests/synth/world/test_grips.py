import numpy as np
import pytest

from handypose_tf.hand import FINGER_KEYPOINTS
from handypose_tf.synth.look.skin import SkinTone
from handypose_tf.synth.pose.collision import penetration
from handypose_tf.synth.pose.posture import Posture
from handypose_tf.synth.world.grasp import FIST, Grasp
from handypose_tf.synth.world.grips import draw_grip, hold
from handypose_tf.synth.world.offers import THINGS
from handypose_tf.synth.world.person import Person, draw_person, shape_body
from handypose_tf.synth.world.solids import Ball, Rod

TIPS = [chain[-1] for finger, chain in FINGER_KEYPOINTS.items() if finger != "thumb"]


@pytest.fixture(scope="module")
def grasp(real_anatomy):
    return Grasp(real_anatomy, shape_body(real_anatomy, Person({}, SkinTone())))


@pytest.mark.parametrize("name", THINGS)
def test_fingers_touch_what_they_hold_and_do_not_enter_it(grasp, name):
    grip = draw_grip(np.random.default_rng(2), grasp, Posture(), name)
    gaps = grasp.gaps(grip.posture, grip.solids[0])
    assert gaps.min() > -0.004
    assert np.sort(gaps[4:])[0] < 0.004
    assert penetration(grasp.keypoints(grip.posture)) <= 0.03


def test_fingers_go_round_a_bar(grasp):
    """Palm, first, second and last links lie on different sides of its axis."""
    bar = Rod(np.array([0.0, 0.085, 0.0]), np.array([1.0, 0, 0]), 0.015, 0.4)
    grip = hold(grasp, bar, Posture())
    middle = grasp.keypoints(grip.posture)[[9, 10, 11, 12]][:, 1:]
    around = middle - grip.solids[0].center[1:]
    angle = np.degrees(np.unwrap(np.arctan2(around[:, 1], around[:, 0])))
    assert np.abs(np.diff(angle)).sum() > 180


def test_a_thicker_rod_leaves_the_hand_wider(grasp):
    def bend(radius: float) -> float:
        rod = Rod(np.array([0.0, 0.085, 0.0]), np.array([1.0, 0, 0]), radius, 0.3)
        return float(hold(grasp, rod, Posture()).posture.flexion[:3].sum())

    assert bend(0.01) > bend(0.02) > bend(0.035)


def test_fingers_that_meet_nothing_make_a_fist(grasp):
    far = Ball(np.array([0.0, 0.0, -9.0]), 0.1)
    closed = grasp.close_fingers(Posture(), far)
    np.testing.assert_allclose(closed.flexion, FIST)


def test_what_is_in_the_hand_is_pushed_out_of_it(grasp):
    rod = Rod(np.array([0.0, 0.08, 0.0]), np.array([1.0, 0, 0]), 0.02, 0.3)
    flat = Posture(flexion=np.zeros((4, 3)))
    assert grasp.gaps(flat, rod).min() < -0.01
    rested = grasp.rest_on(flat, rod)
    gaps = np.delete(grasp.gaps(flat, rested), [2, 3])
    assert -0.0016 < gaps.min() < 0.001
    np.testing.assert_allclose(rested.center[:2], rod.center[:2])


def test_arm_and_wrist_stay_as_they_were_drawn(grasp):
    arm = Posture(wrist=np.array([30.0, -5.0]), twist=40.0, elbow=20.0)
    posture = draw_grip(np.random.default_rng(3), grasp, arm, "cup").posture
    np.testing.assert_array_equal(posture.wrist, arm.wrist)
    assert (posture.twist, posture.elbow) == (40.0, 20.0)


def test_children_have_smaller_hands_and_hold_smaller_things(real_anatomy):
    def of_age(age: float) -> tuple[float, float]:
        rng = np.random.default_rng(5)
        grasp = Grasp(real_anatomy, shape_body(real_anatomy, draw_person(rng, age)))
        grip = draw_grip(np.random.default_rng(8), grasp, Posture(), "cup")
        return grasp.unit, grip.solids[0].radius

    small, child, adult = (of_age(age) for age in (-0.7, 0.0, 1.0))
    assert small[0] < 0.8 * child[0] and child[0] < 0.95 * adult[0]
    assert small[1] < child[1] < adult[1]
