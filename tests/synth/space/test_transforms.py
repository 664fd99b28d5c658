import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from handypose_tf.synth.space.transforms import (
    compose,
    directions,
    frame_around,
    rotation,
    turn_about,
)

numbers = st.floats(-3, 3)
axes = st.tuples(numbers, numbers, numbers).filter(lambda v: np.linalg.norm(v) > 0.1)


def test_a_quarter_turn_about_z_takes_x_to_y():
    np.testing.assert_allclose(
        rotation([0, 0, 2], 90) @ [1, 0, 0], [0, 1, 0], atol=1e-12
    )


@settings(deadline=None)
@given(axis=axes, angle=st.floats(-360, 360))
def test_a_turn_keeps_its_axis_and_all_lengths(axis, angle):
    turn = rotation(axis, angle)
    np.testing.assert_allclose(turn @ axis, axis, atol=1e-9)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(turn), 1)


def test_turning_about_a_point_leaves_it():
    center = np.array([1.0, 2.0, 3.0])
    moved = turn_about(center, rotation([1, 1, 0], 77))
    np.testing.assert_allclose(moved[:, :3] @ center + moved[:, 3], center)


def test_compose_does_the_inner_transform_first():
    shift = np.column_stack([np.eye(3), [1.0, 0, 0]])
    turn = np.column_stack([rotation([0, 0, 1], 90), np.zeros(3)])
    both = compose(turn, shift)
    np.testing.assert_allclose(both @ [0, 0, 0, 1], [0, 1, 0], atol=1e-12)


@settings(deadline=None)
@given(axis=axes)
def test_the_frame_around_an_axis_is_right_handed_and_ends_in_it(axis):
    frame = frame_around(np.array(axis))
    np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(frame), 1)
    np.testing.assert_allclose(frame[2], axis / np.linalg.norm(axis))


def test_directions_are_unit_steps():
    steps = directions([np.zeros(3), np.array([0, 4.0, 0]), np.array([3.0, 4.0, 0])])
    np.testing.assert_allclose(steps, [[0, 1, 0], [1, 0, 0]])
